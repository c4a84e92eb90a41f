import { failureToPass } from '../core/failure.ts'
import { formatFailure } from '../core/failure-text.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { broken, nothingThere, onlyShown, withoutQuestion } from './arguments.ts'
import { chosenTools, unknownTool } from './chosen-tools.ts'
import { sayTaken } from './say-taken.ts'
import { type Candidate, isBroken, lookAhead, lookBack, withoutSetup, withSetup } from './setup-outlook.ts'
import { showSetups, showUndone } from './setup-table.ts'
import { wire } from './wire.ts'

/*
 * `credbridge setup` without a tool: looks at every tool first, shows what it would change, asks once, then sets up one
 * after the other. A tool that fails does not stop the next one.
 */

interface SetUpAllOptions {
  readonly only?: string
  readonly yes?: boolean
  readonly undo?: boolean
  readonly dryRun?: boolean
  readonly prove?: boolean
}

export async function setUpAll(
  context: CliContext,
  name: string | undefined,
  options: SetUpAllOptions,
): Promise<number> {
  if (name !== undefined) throw unknownTool('setup', withSetup, name)
  const { terminal } = context
  const undo = options.undo === true
  const all: Candidate[] = []
  for (const tool of chosenTools('setup', withSetup, options.only)) {
    const setup = await tool.setup()
    const ahead = () => lookAhead(context, setup, tool.setUpByNameOnly === true && options.only === undefined)
    all.push({ tool, setup, outlook: await (undo ? lookBack(context, setup) : ahead()) })
  }
  const ready = all.filter(({ outlook }) => outlook.state === 'ready')
  if (undo) showUndone(context, all)
  else await showSetups(context, all, options.only === undefined ? withoutSetup : [])
  if (ready.length === 0) terminal.say(undo ? 'no tool asks credbridge\n' : 'nothing to change\n')
  if (ready.length === 0) return all.some(({ outlook }) => isBroken(outlook)) ? broken : undo ? nothingThere : 0
  if (options.dryRun !== true && !(await agrees(context, ready, undo, options))) {
    terminal.say('nothing was changed\n')
    return nothingThere
  }
  const failed = all.filter(({ outlook }) => isBroken(outlook)).map(({ tool }) => tool.name)
  for (const { tool, setup } of options.dryRun === true ? [] : ready) {
    terminal.say(`\n${tool.name}:\n`)
    try {
      await wire(context, tool, setup, { undo, prove: options.prove !== false, yes: true, previewed: true })
      if (undo) sayTaken(context, tool)
    } catch (error) {
      const failure = failureToPass(error)
      failed.push(tool.name)
      terminal.say(formatFailure(failure))
    }
  }
  if (options.dryRun !== true) {
    const done = ready.filter(({ tool }) => !failed.includes(tool.name))
    showEnd(context, done.length, failed, undo)
  }
  return failed.length > 0 ? broken : 0
}

async function agrees(
  { terminal }: CliContext,
  ready: readonly Candidate[],
  undo: boolean,
  { yes }: SetUpAllOptions,
): Promise<boolean> {
  if (yes === true) return true
  const names = ready.map(({ tool }) => tool.name).join(', ')
  if (undo) return terminal.confirm(`Undo the setup of ${names}?`, withoutQuestion, onlyShown)
  // Undo leaves these where they were taken to.
  const takesOver = ready.some(({ outlook }) => outlook.state === 'ready' && (outlook.plan.signIns ?? []).length > 0)
  const ask = takesOver ? terminal.confirm : terminal.confirmByEnter
  return ask(`Set up ${names}?`, withoutQuestion, onlyShown)
}

function showEnd({ terminal }: CliContext, count: number, failed: readonly string[], undo: boolean): void {
  const done = `${count} ${undo ? 'undone' : 'set up'}`
  terminal.say(`\n${failed.length === 0 ? done : `${done}, ${failed.length} failed: ${failed.join(', ')}`}\n`)
  terminal.say(undo ? 'hint: credbridge list\n' : 'hint: credbridge import --dry-run\nhint: credbridge doctor\n')
}
