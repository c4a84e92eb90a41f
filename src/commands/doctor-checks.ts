import { dirname } from 'node:path'
import { isNoteKind } from '../core/credential.ts'
import type { DoctorLine } from '../core/doctor-line.ts'
import { hint, placeWords } from '../core/hint.ts'
import { restorableIn } from '../core/restorable.ts'
import { runtime } from '../edge/installation/version.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { openStore } from '../stores/choose.ts'
import { tools } from '../tools/index.ts'
import type { Tool } from '../tools/tool.ts'
import { shownAccount } from './arguments.ts'
import type { StoresReport } from './doctor-stores.ts'
import { checkTimes } from './doctor-times.ts'
import { entryStates, fixesFor, shownEnded } from './entry-state.ts'
import { asks } from './is-set-up.ts'
import { lookingOnly, removeToolLeftovers } from './leftovers.ts'
import { mintedStates } from './minted-state.ts'

/** One check. An error that it throws becomes a line of the report. */
export interface Check {
  readonly name: string
  run(): Promise<readonly DoctorLine[]>
}

/** All checks after that of the stores. */
export function checks(context: CliContext, stores: StoresReport | undefined): readonly Check[] {
  return [
    { name: 'erased', run: () => checkErased(context, stores) },
    { name: 'refused', run: () => checkRefused(context, stores) },
    { name: 'minted', run: () => checkMinted(context, stores) },
    { name: 'expiry', run: () => checkTimes(context, stores) },
    { name: 'environment', run: async () => checkEnvironment(context) },
    ...tools.flatMap((tool, at) =>
      tool.commands
        .filter((command) => !tools.slice(0, at).some(({ commands }) => commands.includes(command)))
        .map((command) => ({ name: tool.name, run: async () => checkCommand(context, tool, command) })),
    ),
    { name: 'leftovers', run: () => checkLeftovers(context) },
    ...tools.flatMap((tool) =>
      tool.setup === undefined && tool.check === undefined
        ? []
        : [{ name: tool.name, run: () => checkSetup(context, tool) }],
    ),
  ]
}

export async function checkSettings(context: CliContext): Promise<readonly DoctorLine[]> {
  const { unknownKeys } = await context.engine.settings()
  const unknown = unknownKeys.map(
    (key): DoctorLine => ({ state: 'note', says: `the settings have an unknown key: ${key}` }),
  )
  return [{ state: 'ok', says: 'the settings can be read' }, ...unknown]
}

/** Only if the store works. A broken store would only fail again, perhaps after a timeout. */
async function checkErased(context: CliContext, stores: StoresReport | undefined): Promise<readonly DoctorLine[]> {
  const first = stores?.stores.find(({ inUse }) => inUse)
  if (first?.works !== true) return []
  const { engine, machine, asker } = context
  const settings = await engine.settings()
  const store = await openStore(first.name, settings, machine)
  const dropped = await restorableIn(store, asker, Date.now, settings.recoverHours).sweep()
  return dropped === 0 ? [] : [{ state: 'ok', says: `removed ${dropped} restorable copies that were past their time` }]
}

/** Credentials that a tool no longer gets because a server refused them. Only doctor and list show the reason. */
async function checkRefused(context: CliContext, stores: StoresReport | undefined): Promise<readonly DoctorLine[]> {
  if (stores?.stores.find(({ inUse }) => inUse)?.works !== true) return []
  const broker = await context.broker()
  const entries = await broker.list()
  const ended = await (await broker.personActions()).endedUses(entries)
  const stateIn = entryStates(entries, ended)
  return entries.flatMap((entry): DoctorLine[] => {
    const [fix] = isNoteKind(entry.kind) ? [] : fixesFor(entry, ended)
    if (fix === undefined) return []
    const { endpoint, account } = entry
    const { ended: withheld } = stateIn(entry)
    const says = `${shownAccount(account)} at ${endpoint.key}: ${shownEnded(withheld, Date.now()).join('; ')}`
    return [{ state: 'note', says, fix }]
  })
}

/** A killed import leaves a file that may hold secrets; it is removed without a word. */
async function checkLeftovers({ machine }: CliContext): Promise<readonly DoctorLine[]> {
  await removeToolLeftovers(machine, tools)
  return []
}

/** Commands that print a secret: whether they may run here, and whether they do. */
async function checkMinted(context: CliContext, stores: StoresReport | undefined): Promise<readonly DoctorLine[]> {
  if (stores?.stores.find(({ inUse }) => inUse)?.works !== true) return []
  const broker = await context.broker()
  const minted = await (await broker.personActions()).minted(await broker.list())
  const states = await mintedStates(context.machine, minted, Date.now())
  return states.map(({ entry: { endpoint, account }, approved, failed }): DoctorLine => {
    const who = `${shownAccount(account)} at ${endpoint.key}`
    if (failed !== undefined) return { state: 'wrong', says: `the command of ${who}: ${failed}` }
    if (approved) return { state: 'ok', says: `the command of ${who} is approved` }
    const fix = hint`credbridge approve ${placeWords(endpoint, account)}`
    return { state: 'note', says: `the command of ${who} is not approved on this machine`, fix }
  })
}

function checkEnvironment({ machine }: CliContext): readonly DoctorLine[] {
  return ['BUN_OPTIONS', 'BUN_BE_BUN']
    .filter((name) => machine.env[name] !== undefined)
    .map((name) => ({
      state: runtime === 'bun' ? 'wrong' : 'note',
      says: `${name} is set: it runs foreign code in any executable that Bun compiled, as some of credbridge are`,
      fix: hint`unset ${name}`,
    }))
}

function checkCommand({ machine }: CliContext, { name, byName }: Tool, command: string): readonly DoctorLine[] {
  const ours = machine.ownCommand(command)
  const first = byName === true ? machine.program(command) : undefined
  if (first !== undefined && ours !== undefined && !machine.isOwnProgram(first)) {
    const says = `${first} comes first on PATH and is not of this credbridge, so ${name} asks that one`
    return [{ state: 'wrong', says, fix: hint`export PATH=${dirname(ours)}:"$PATH"` }]
  }
  const path = (byName === true && ours !== undefined ? machine.program(command) : undefined) ?? ours
  if (path !== undefined && machine.files.isWorldWritable(dirname(path))) {
    const fix = hint`chmod o-w ${dirname(path)}`
    return [{ state: 'wrong', says: `other users can replace ${command} in ${dirname(path)}`, fix }]
  }
  if (path !== undefined) return [{ state: 'ok', says: `${command} is ${path}` }]
  return [{ state: 'wrong', says: `${command} is not installed or cannot be run: install credbridge again` }]
}

/** The state of the setup. It is not ok while secrets of the tool can be read in its files. */
async function checkSetup(context: CliContext, tool: Tool): Promise<readonly DoctorLine[]> {
  const lines = await setupLines(context, tool)
  const importing = hint`credbridge import ${tool.name}`
  const isAbsent = lines.some(({ state }) => state === 'skipped')
  const known = lines.some(({ fix }) => fix?.startsWith(importing) === true)
  const clear = known || isAbsent ? [] : await plainSecretLines(context, tool, asks(lines))
  if (clear.length === 0 && !known) return lines
  return [...lines.map((line): DoctorLine => (line.state === 'ok' ? { ...line, state: 'note' } : line)), ...clear]
}

async function plainSecretLines(
  { machine }: CliContext,
  tool: Tool,
  isAsking: boolean,
): Promise<readonly DoctorLine[]> {
  const found = await (await tool.plainSecrets?.())?.find(lookingOnly(machine), {}).catch(() => undefined)
  const count = found?.secrets.length ?? 0
  if (count === 0) return []
  const places = [...new Set(found?.secrets.map(({ where }) => where))].slice(0, 3).join(', ')
  const says = `${count} ${count === 1 ? 'secret' : 'secrets'} of ${tool.name} can be read: ${places}${count > 3 ? ', …' : ''}`
  const needsSetup = tool.setup !== undefined && !isAsking
  return [
    {
      state: 'note',
      says,
      fix: needsSetup ? hint`credbridge setup ${tool.name}` : hint`credbridge import ${tool.name}`,
    },
  ]
}

async function setupLines({ machine }: CliContext, tool: Tool): Promise<readonly DoctorLine[]> {
  const lines = (await (await tool.setup?.())?.check(machine)) ?? (await tool.check?.(machine)) ?? []
  if (!asks(lines)) return lines
  const faults = tool.commands.flatMap((command) => machine.wrappers.fault(command, tool.shims) ?? [])
  const fix = hint`credbridge setup ${tool.name}`
  return [...lines, ...faults.map((says): DoctorLine => ({ state: 'wrong', says, fix }))]
}
