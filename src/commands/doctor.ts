import { dirname } from 'node:path'
import type { Command } from 'commander'
import { asFailure } from '../core/failure.ts'
import type { Store } from '../core/store.ts'
import type { Desk } from '../edge/desk.ts'
import { printable } from '../edge/report.ts'
import { describeStore } from '../stores/choose.ts'
import { tryOut } from '../stores/settling.ts'
import { tools } from '../tools/index.ts'
import type { Finding } from '../tools/tool.ts'
import { broken } from './words.ts'

export function doctorCommand(program: Command, desk: Desk): void {
  program
    .command('doctor')
    .description('check the stores, the commands and how each tool is set up')
    .option('--json', 'as JSON')
    .action(async (options) => desk.ends(await doctor(desk, options)))
}

/** One thing to look at. What it throws is its finding. */
interface Check {
  readonly name: string
  run(): Promise<readonly Finding[]>
}

async function doctor(desk: Desk, options: { json?: boolean }): Promise<number> {
  const results: (Finding & { check: string })[] = []
  for (const { name, run } of checks(desk)) {
    for (const finding of await run().catch(asFindings)) {
      results.push({ check: name, ...finding })
      if (options.json !== true) desk.terminal.out(line(name, finding))
    }
  }
  if (options.json === true) desk.terminal.out(`${JSON.stringify(results, undefined, 2)}\n`)
  return results.some(({ state }) => state === 'wrong') ? broken : 0
}

function checks(desk: Desk): readonly Check[] {
  return [
    { name: 'settings', run: () => checkSettings(desk) },
    { name: 'store', run: () => checkStores(desk) },
    { name: 'erased', run: () => checkErased(desk) },
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
  await desk.open()
  return [{ state: 'ok', says: 'the settings can be read' }]
}

async function checkStores(desk: Desk): Promise<readonly Finding[]> {
  const { stores } = await desk.open()
  const findings: Finding[] = []
  for (const store of stores) findings.push(...(await checkStore(store)))
  return findings
}

async function checkStore(store: Store): Promise<readonly Finding[]> {
  const about: Finding = { state: 'note', says: describeStore(store) }
  try {
    await tryOut(store)
    return [about, { state: 'ok', says: `the ${store.name} store kept a throw-away entry, found it and removed it` }]
  } catch (error) {
    return [about, ...asFindings(error)]
  }
}

async function checkErased(desk: Desk): Promise<readonly Finding[]> {
  const dropped = await (await desk.open()).broker.erased.sweep()
  return dropped === 0 ? [] : [{ state: 'ok', says: `${dropped} erased credentials were past their time and are gone` }]
}

function checkEnvironment({ world }: Desk): readonly Finding[] {
  return ['BUN_OPTIONS', 'BUN_BE_BUN']
    .filter((name) => world.env[name] !== undefined)
    .map((name) => ({
      state: 'wrong',
      says: `${name} is set: it can run foreign code in a standalone credbridge`,
      fix: `unset ${name}`,
    }))
}

function checkCommand({ world }: Desk, command: string): readonly Finding[] {
  const path = world.ours(command)
  if (path !== undefined && world.files.isEverybodys(dirname(path))) {
    const fix = `chmod o-w ${dirname(path)}`
    return [{ state: 'wrong', says: `anybody may put another ${command} into ${dirname(path)}`, fix }]
  }
  if (path !== undefined) return [{ state: 'ok', says: `${command} is ${path}` }]
  return [{ state: 'wrong', says: `${command} is not installed or cannot be run`, fix: 'install credbridge again' }]
}

function asFindings(error: unknown): readonly Finding[] {
  const { message, hints } = asFailure(error)
  return [{ state: 'wrong', says: message, ...(hints[0] === undefined ? {} : { fix: hints[0] }) }]
}

function line(name: string, { state, says, fix }: Finding): string {
  const mark = { ok: 'ok     ', note: 'note   ', wrong: 'WRONG  ', skipped: 'skipped' }[state]
  return `${mark} ${name}: ${printable(says)}\n${fix === undefined ? '' : `        fix: ${printable(fix)}\n`}`
}
