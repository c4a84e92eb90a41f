import { Failure } from '../core/failure.ts'
import { formatFailure } from '../core/failure-text.ts'
import { type Hint, hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { interruption } from '../edge/terminal/interruption.ts'
import type { PlainSecret } from '../tools/tool.ts'
import { broken, nothingThere, onlyShown, secretsIn, withoutQuestion } from './arguments.ts'
import { openBatch } from './import-batch.ts'
import { taken } from './import-journal.ts'
import { move, sayLeft } from './import-move.ts'
import { type Candidate, type Found, lookEverywhere } from './import-survey.ts'
import { showAll, shownPlace } from './import-table.ts'
import { lastTaken, undoImport } from './import-undo.ts'

/*
 * `credbridge import` without a tool: looks at the files of every tool, shows what it found, asks once, then moves the
 * secrets of one tool after the other. A tool that fails does not stop the next one.
 */

export interface ImportAllOptions {
  readonly only?: string
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly replace?: boolean
  readonly withoutSetup?: boolean
  readonly undo?: boolean
  readonly remove?: boolean
}

export async function importAll(
  context: CliContext,
  name: string | undefined,
  options: ImportAllOptions,
): Promise<number> {
  if (options.remove === true) {
    throw new Failure('malformed', '--remove goes with --from', { hints: [hint`credbridge import --help`] })
  }
  if (options.undo === true) return undoImport(context, lastTaken(context.machine), options)
  const { terminal } = context
  const all = await lookEverywhere(context, name, options)
  showAll(context, all)
  const candidates = all.flatMap(({ candidates }) => candidates)
  const isBroken = all.some(({ failures }) => failures.length > 0)
  if (candidates.length === 0) terminal.say('there are no plain secrets\n')
  if (candidates.length === 0) return isBroken ? broken : nothingThere
  if (options.dryRun === true) return isBroken ? broken : 0
  const movable = candidates.filter(({ state }) => state !== 'leave')
  if (movable.length === 0) terminal.say('nothing to move\n')
  if (movable.length === 0) return isBroken ? broken : nothingThere
  taken(context.machine) // Fails on a damaged journal before anything is moved.
  const chosen = await choose(context, movable, options)
  if (chosen.length > 0) return moveAll(context, all, chosen)
  terminal.say('nothing was changed\n')
  return isBroken ? broken : nothingThere
}

/** Asks once for all that is safe, then for each secret of which another one is kept. */
async function choose(
  { terminal }: CliContext,
  movable: readonly Candidate[],
  { yes, replace }: ImportAllOptions,
): Promise<readonly Candidate[]> {
  const chosen = movable.filter(({ state }) => state === 'move' || replace === true)
  const conflicts = movable.filter((one) => !chosen.includes(one))
  if (yes === true) {
    for (const { secret } of conflicts) sayLeft(terminal, secret)
    return chosen
  }
  if (chosen.length > 0 && !(await agrees(terminal, `Move ${secretsIn(chosen.length)} into credbridge?`))) return []
  const taken: Candidate[] = []
  for (const one of conflicts) {
    const question = `Another secret is kept for ${shownPlace(one.secret)}. Replace it by the one in the file?`
    if (await agrees(terminal, question)) taken.push(one)
    else sayLeft(terminal, one.secret)
  }
  return [...chosen, ...taken]
}

function agrees(terminal: CliContext['terminal'], question: string): Promise<boolean> {
  return terminal.confirm(question, withoutQuestion, onlyShown)
}

/** A signal ends it after the step that is being made. */
async function moveAll(context: CliContext, all: readonly Found[], chosen: readonly Candidate[]): Promise<number> {
  const { terminal } = context
  const signals = interruption()
  signals.watch()
  const { isStopped } = signals
  try {
    const batch = await openBatch(context)
    const failed = all.filter(({ failures }) => failures.length > 0).map(({ tool }) => tool.name)
    let moved = 0
    for (const { tool, finding, candidates } of all) {
      const wanted = candidates.filter((one) => chosen.includes(one))
      if ((await isStopped()) || finding === undefined || wanted.length === 0) continue
      terminal.say(`\n${tool.name}:\n`)
      const replaced: readonly PlainSecret[] = wanted.filter(({ state }) => state === 'ask').map(({ secret }) => secret)
      const { kept, stayed, failure } = await move(
        context,
        finding,
        wanted.map(({ secret }) => secret),
        batch,
        { replaces: (secret) => replaced.includes(secret), isStopped },
      )
      if (failure !== undefined && !failed.includes(tool.name)) failed.push(tool.name)
      if (failure !== undefined) terminal.say(formatFailure(failure))
      moved += kept.length - stayed.length
      terminal.say(`${kept.length - stayed.length} moved\n`)
    }
    if (await isStopped()) terminal.say('\ninterrupted; to go on: credbridge import\n')
    else await batch.finish()
    showEnd(context, moved, chosen.length, failed)
    return failed.length > 0 ? broken : moved > 0 ? 0 : nothingThere
  } finally {
    await isStopped()
    signals.end()
  }
}

function showEnd({ terminal }: CliContext, moved: number, of: number, failed: readonly string[]): void {
  const some = moved === of ? `${moved} moved` : `${moved} of ${of} moved`
  terminal.say(`\n${failed.length === 0 ? some : `${some}, ${failed.length} failed: ${failed.join(', ')}`}\n`)
  const next: readonly Hint[] = [
    hint`credbridge list`,
    hint`to restore the files as they were: credbridge import --undo`,
  ]
  if (moved > 0) for (const one of next) terminal.say(`hint: ${one}\n`)
}
