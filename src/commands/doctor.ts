import { dirname } from 'node:path'
import type { Command } from 'commander'
import { erasedCopies } from '../core/erased.ts'
import { asFailure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import { hint } from '../core/hint.ts'
import { standalone } from '../edge/installation/version.ts'
import type { Desk } from '../edge/terminal/cli-context.ts'
import { openStore } from '../stores/choose.ts'
import { tools } from '../tools/index.ts'
import type { Finding } from '../tools/tool.ts'
import { broken } from './arguments.ts'
import { reportStores, type StoresReport } from './doctor-stores.ts'

export function doctorCommand(program: Command, desk: Desk): void {
  program
    .command('doctor')
    .description('check the stores, the commands and how each tool is set up')
    .option('--json', 'as JSON')
    .action(async (options) => {
      const { exitCode, stuck } = await doctor(desk, options)
      desk.ends(exitCode, stuck)
    })
}

/** One thing to look at. What it throws is its finding. */
interface Check {
  readonly name: string
  run(): Promise<readonly Finding[]>
}

interface Ending {
  readonly exitCode: number
  readonly stuck: boolean
}

type Result = Finding & { readonly check: string }

async function doctor(desk: Desk, options: { json?: boolean }): Promise<Ending> {
  const results: Result[] = []
  let stuck = false
  const report = (found: readonly Result[]) => {
    results.push(...found)
    if (options.json !== true) for (const result of found) desk.terminal.out(line(result))
  }
  const look = async ({ name, run }: Check) => {
    const found = await run().catch((error) => {
      stuck ||= asFailure(error).stuck
      return asFindings(error)
    })
    report(found.map((finding) => ({ check: name, ...finding })))
  }
  await look({ name: 'settings', run: () => checkSettings(desk) })
  const stores = await desk.prepared().then(reportStores, () => undefined)
  report(stores?.findings ?? [{ check: 'store', state: 'skipped', says: 'not looked at, because of the settings' }])
  stuck ||= stores?.stuck === true
  for (const check of checks(desk, stores)) await look(check)
  if (options.json === true) {
    const { stores: all = [], because } = stores ?? {}
    desk.terminal.out(`${JSON.stringify({ because, stores: all, checks: results }, undefined, 2)}\n`)
  }
  return { exitCode: results.some(({ state }) => state === 'wrong') ? broken : 0, stuck }
}

function checks(desk: Desk, stores: StoresReport | undefined): readonly Check[] {
  return [
    { name: 'erased', run: () => checkErased(desk, stores) },
    { name: 'environment', run: async () => checkEnvironment(desk) },
    ...tools.flatMap(({ name, commands }) =>
      commands.map((command) => ({ name, run: async () => checkCommand(desk, command) })),
    ),
    ...tools.flatMap(({ name, setup }) =>
      setup === undefined ? [] : [{ name, run: async () => (await setup()).check(desk.world) }],
    ),
  ]
}

async function checkSettings(desk: Desk): Promise<readonly Finding[]> {
  await desk.prepared()
  return [{ state: 'ok', says: 'the settings can be read' }]
}

/** Only where the store works: another one would let us wait once more, and say the same. */
async function checkErased(desk: Desk, stores: StoresReport | undefined): Promise<readonly Finding[]> {
  const first = stores?.stores.find(({ inUse }) => inUse)
  if (first?.works !== true) return []
  const { settings, surroundings } = await desk.prepared()
  const store = await openStore(first.name, settings, surroundings)
  const dropped = await erasedCopies(store, Date.now, settings.recoverHours).sweep()
  return dropped === 0 ? [] : [{ state: 'ok', says: `${dropped} erased credentials were past their time and are gone` }]
}

function checkEnvironment({ world }: Desk): readonly Finding[] {
  return ['BUN_OPTIONS', 'BUN_BE_BUN']
    .filter((name) => world.env[name] !== undefined)
    .map((name) => ({
      state: standalone ? 'wrong' : 'note',
      says: `${name} is set: it runs foreign code in any executable that Bun compiled, as a standalone credbridge is`,
      fix: hint`unset ${name}`,
    }))
}

function checkCommand({ world }: Desk, command: string): readonly Finding[] {
  const path = world.ours(command)
  if (path !== undefined && world.files.isEverybodys(dirname(path))) {
    const fix = hint`chmod o-w ${dirname(path)}`
    return [{ state: 'wrong', says: `anybody may put another ${command} into ${dirname(path)}`, fix }]
  }
  if (path !== undefined) return [{ state: 'ok', says: `${command} is ${path}` }]
  return [{ state: 'wrong', says: `${command} is not installed or cannot be run`, fix: 'install credbridge again' }]
}

function asFindings(error: unknown): readonly Finding[] {
  const { message, hints } = asFailure(error)
  return [{ state: 'wrong', says: message, ...(hints[0] === undefined ? {} : { fix: hints[0] }) }]
}

function line({ check, state, says, fix }: Result): string {
  const mark = { ok: 'ok     ', note: 'note   ', wrong: 'WRONG  ', skipped: 'skipped' }[state]
  return `${mark} ${check}: ${printable(says)}\n${fix === undefined ? '' : `        fix: ${printable(fix)}\n`}`
}
