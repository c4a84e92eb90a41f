import { isConfiguration } from '../core/configuration.ts'
import { type Owner, person } from '../core/credential.ts'
import type { DoctorLine } from '../core/doctor-line.ts'
import { type Endpoint, hostAndPort } from '../core/endpoint.ts'
import { type Hint, hint, placeWords } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { settingsFile } from '../engine/read-settings.ts'
import { inUse } from '../stores/open.ts'
import { tools } from '../tools/index.ts'
import { shownAccount } from './arguments.ts'
import { storeReasons } from './doctor-stores.ts'
import { type AllKept, atAny } from './explain-kept.ts'
import type { ToolExplained } from './explain-tool.ts'
import { asks, isAbsentBy, workingFix } from './is-set-up.ts'

/** Something outside of the items that decided, and the command or the line that changes it. */
export interface Decided {
  readonly what: 'elsewhere' | 'store' | 'alias' | 'default' | 'setting' | 'setup'
  readonly says: string
  readonly change?: Hint
}

/** The settings, aliases, defaults and setups that decided what these tools get. */
export async function decidedBy(
  context: CliContext,
  asked: Endpoint,
  kept: AllKept,
  explained: readonly ToolExplained[],
  only: Owner | undefined,
): Promise<readonly Decided[]> {
  const settings = await context.engine.settings()
  const { machine } = context
  const file = settingsFile(machine.folders)
  const { names, because } = inUse(settings, machine)
  const endpoints = explained.flatMap(({ findings }) => findings.flatMap(({ lookup }) => lookup.endpoints))
  const store: Decided = {
    what: 'store',
    says: `${names.length === 0 ? 'no store is settled on yet' : `stores: ${names.join(', then ')}`}; ${storeReasons[because]}`,
    change: because === 'environment' ? hint`unset CREDBRIDGE_STORE` : hint`credbridge use <store>`,
  }
  const aliases = Object.entries(settings.aliases)
    .filter(([from]) => asked.form === 'address' && hostAndPort(asked) === from.toLowerCase())
    .map(
      ([from, to]): Decided => ({
        what: 'alias',
        says: `lookups for ${from} go on at ${to}, by [aliases] in ${file}`,
      }),
    )
  const defaults = atAny(kept.defaults, [asked, ...endpoints]).map(
    ({ endpoint, account }): Decided => ({
      what: 'default',
      says: `${shownAccount(account)} is the default at ${endpoint.key}`,
      change: hint`credbridge default --unset ${placeWords(endpoint, undefined)}`,
    }),
  )
  return [
    store,
    ...aliases,
    ...defaults,
    ...ofTools(explained, settings, file),
    ...(await setups(context, explained, only)),
  ]
}

function ofTools(
  explained: readonly ToolExplained[],
  { tokenUser, tools: settings }: { readonly tokenUser: string; readonly tools: Readonly<Record<string, string>> },
  file: string,
): readonly Decided[] {
  const decided: Decided[] = []
  const seen = new Set<string>()
  const add = (says: string) => {
    if (!seen.has(says)) decided.push({ what: 'setting', says })
    seen.add(says)
  }
  for (const { tool, given, findings } of explained) {
    if (given !== undefined && given.user !== given.credential.account) {
      const by = given.user === tokenUser ? `, by token-user of [git] in ${file} or by default` : ''
      add(`${tool} sends the user name ${given.user} with it, because it has none${by}`)
    }
    for (const [name, value] of Object.entries(settings).filter(([name]) => name.startsWith(`${tool}.`)))
      add(`${name} is ${value}, in ${file}`)
    if (findings.some(({ lookup }) => isConfiguration(lookup.tool)))
      add(`${tool} asks with a configuration of its own, which has its own sign-ins`)
  }
  return decided
}

/** Whether the clients ask credbridge at all. */
async function setups(
  { machine }: CliContext,
  explained: readonly ToolExplained[],
  only: Owner | undefined,
): Promise<readonly Decided[]> {
  const decided: Decided[] = []
  for (const { tool: name, given } of explained) {
    const tool = tools.find((one) => one.name === name)
    if (tool?.setup === undefined || name === person || (only === undefined && given === undefined)) continue
    const lines = await (await tool.setup()).check(machine).catch(() => [])
    if (isAbsentBy(lines)) {
      // What it would get may be asked before it is installed.
      if (only !== undefined) for (const { says } of lines) decided.push({ what: 'setup', says })
      continue
    }
    const faults: DoctorLine[] = []
    for (const line of lines)
      if (line.state === 'wrong' || line.state === 'note') faults.push(await workingFix(machine, tool, line))
    if (!asks(lines) && (only === undefined || faults.length === 0)) {
      const change = hint`credbridge setup ${name}`
      const says = `${name} does not ask credbridge`
      const { fix } = await workingFix(machine, tool, { state: 'note', says, fix: change } as const)
      decided.push({ what: 'setup', says, change: fix })
    } else if (only !== undefined || faults.some(({ state }) => state === 'wrong')) {
      for (const { says, fix } of faults)
        decided.push({ what: 'setup', says, ...(fix === undefined ? {} : { change: fix }) })
    }
  }
  return decided
}
