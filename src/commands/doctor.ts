import type { Command } from 'commander'
import { withoutQuestions } from '../core/asker.ts'
import { doctorLineOf } from '../core/doctor-line.ts'
import { asFailure } from '../core/failure.ts'
import { safeJson } from '../core/safe-json.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { broken } from './arguments.ts'
import { checkSettings, checks } from './doctor-checks.ts'
import { fixAll } from './doctor-fix.ts'
import { type Check, countedText, inOrder, lineText, type Result } from './doctor-line-text.ts'
import { doctorScreen } from './doctor-screen.ts'
import { reportStores, type StoresReport } from './doctor-stores.ts'

export function doctorCommand(program: Command, given: CliContext): void {
  // Whether a store is locked is one of the findings.
  const asker = withoutQuestions(given.asker)
  const context: CliContext = { ...given, asker, broker: () => given.engine.broker(asker) }
  program
    .command('doctor')
    .description('check the stores, the commands and how each tool is set up')
    .option('--json', 'as JSON')
    .option('--fix', 'run the commands that fix what was found, after one question')
    .option('-y, --yes', 'with --fix: do not ask')
    .option('--report', 'as a text for a bug report: no secrets, and stand-ins for every name')
    .action(async (options) => {
      const results: Result[] = []
      const examined = await examine(context, results).catch((error) => {
        context.terminal.out(context.terminal.inShellWords(results.map(lineText).join('')))
        throw error
      })
      if (options.report === true)
        context.terminal.out(context.terminal.inShellWords(await report(program, context, examined)))
      else if (options.json === true) context.terminal.out(json(examined))
      else context.terminal.out(context.terminal.inShellWords(text(examined, context.terminal)))
      const isFixed = options.fix === true && (await fixAll(context, examined.results, options.yes === true))
      const after = isFixed ? await examine(context, []) : examined
      if (isFixed) context.terminal.out(`afterwards: ${countedText(after.results)}\n`)
      context.end(after.results.some(({ state }) => state === 'wrong') ? broken : 0, after.stuck)
    })
}

/** What all checks found. */
export interface Examined {
  readonly results: readonly Result[]
  readonly stores: StoresReport | undefined
  readonly stuck: boolean
}

/** Adds what it finds to the results, so that they can be shown if it fails. */
async function examine(context: CliContext, results: Result[]): Promise<Examined> {
  let stuck = false
  const look = async ({ name, run }: Check) => {
    const lines = await run().catch((error) => {
      stuck ||= asFailure(error).stuck
      return [doctorLineOf(error)]
    })
    results.push(...lines.map((line) => ({ check: name, ...line })))
  }
  await look({ name: 'settings', run: () => checkSettings(context) })
  const { engine, machine, asker } = context
  const stores = await engine.settings().then(
    (settings) => reportStores({ settings, machine, asker }),
    () => undefined,
  )
  results.push(
    ...(stores?.lines ?? [
      { check: 'store', state: 'skipped', says: 'not looked at, because of the settings' } as const,
    ]),
  )
  stuck ||= stores?.stuck === true
  for (const check of checks(context, stores)) {
    context.terminal.progress(`checking: ${check.name}`)
    await look(check)
  }
  context.terminal.progress(undefined)
  return { results: inOrder(results), stores, stuck }
}

/** In a pipe each finding is one line that says all, for grep. */
function text({ results, stores }: Examined, terminal: CliContext['terminal']): string {
  const names = stores?.stores.map(({ name }) => name) ?? []
  if (terminal.outIsTerminal) return doctorScreen(results, names, terminal)
  return [...results.map(lineText), `${countedText(results)}\n`].join('')
}

function json({ results, stores }: Examined): string {
  const { stores: all = [], because } = stores ?? {}
  return `${safeJson({ because, stores: all, checks: results }, 2)}\n`
}

async function report(program: Command, context: CliContext, { results, stores }: Examined): Promise<string> {
  const { bugReport } = await import('./doctor-report.ts')
  return bugReport(program, context, results, stores)
}
