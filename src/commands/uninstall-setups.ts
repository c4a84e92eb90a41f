import { asFailure } from '../core/failure.ts'
import { formatFailure } from '../core/failure-text.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { sayLine } from './arguments.ts'
import { reachesUs } from './is-set-up.ts'
import { serviceFiles } from './serve-service.ts'
import { type Candidate, isBroken, lookBackAtAll } from './setup-outlook.ts'
import { removeService } from './setup-serve.ts'
import type { Copied } from './uninstall-moves.ts'
import { ready, type Survey } from './uninstall-survey.ts'
import { wire } from './wire.ts'

/** Undoes each setup and looks whether it is undone. Returns the names of the tools that still ask credbridge. */
export async function undoAll(
  context: CliContext,
  setups: readonly Candidate[],
  isStopped: () => Promise<boolean>,
): Promise<readonly string[]> {
  const { terminal } = context
  for (const { tool, setup } of ready(setups)) {
    if (await isStopped()) break
    terminal.say(`\n${tool.name}:\n`)
    try {
      await wire(context, tool, setup, { undo: true, yes: true, previewed: true })
    } catch (error) {
      terminal.say(formatFailure(asFailure(error)))
    }
  }
  const failed: string[] = []
  for (const { tool, outlook } of await lookBackAtAll(context)) {
    const wasUndone = ready(setups).some((one) => one.tool === tool)
    // A configuration of the whole system, which undo leaves alone, may name credbridge, too.
    const isLeft = outlook.state === 'ready' || isBroken(outlook)
    if (isLeft || (wasUndone && (await reachesUs(context.machine, tool)))) failed.push(tool.name)
  }
  return failed
}

/** Undoes `setup serve`. Returns its name if it is still there. */
export async function undoService(
  context: CliContext,
  { service }: Pick<Survey, 'service'>,
): Promise<readonly string[]> {
  if (service.length === 0) return []
  context.terminal.say('\nserve:\n')
  try {
    await removeService(context, {})
  } catch (error) {
    context.terminal.say(formatFailure(asFailure(error)))
  }
  return serviceFiles(context.machine).length === 0 ? [] : ['serve']
}

/** Makes each tool look where its secrets are now. Returns what a tool finds there. */
export async function wireKeepers(
  { terminal }: CliContext,
  copied: readonly Copied[],
  failed: readonly string[],
  isStopped: () => Promise<boolean>,
): Promise<readonly Copied[]> {
  const wired: Copied[] = []
  for (const keeper of new Set(copied.map((one) => one.keeper))) {
    const ofKeeper = copied.filter((one) => one.keeper === keeper)
    const tool = ofKeeper[0]?.tool.name ?? ''
    if ((await isStopped()) || failed.includes(tool)) continue
    try {
      for (const { says, apply } of await keeper.wiring(ofKeeper.map(({ entry }) => entry))) {
        await apply()
        sayLine(terminal, says)
      }
      wired.push(...ofKeeper)
    } catch (error) {
      terminal.say(formatFailure(asFailure(error)))
    }
  }
  return wired
}
