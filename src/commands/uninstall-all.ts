import { hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { interruption } from '../edge/terminal/interruption.ts'
import { broken, nothingThere, onlyShown, sayLine, secretsIn, withoutQuestion } from './arguments.ts'
import { taken } from './import-journal.ts'
import { staysAtProvider } from './token-state.ts'
import { removeFiles, removeNotes, removeSecrets, sayWhatIsLeft } from './uninstall-leftovers.ts'
import { copyAll, type Move, removeCopied } from './uninstall-moves.ts'
import { undoAll, undoService, wireKeepers } from './uninstall-setups.ts'
import { isNothing, isToKeychain, lookAround, type Survey, showSurvey } from './uninstall-survey.ts'

/*
 * `credbridge uninstall`: moves what is kept to where each tool finds it without credbridge, undoes every setup, and
 * removes credbridge's own files. Everything is asked before anything is changed. A signal ends it after the step that
 * is being made, and the same command goes on from there.
 */

export interface UninstallOptions {
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly removeSecrets?: boolean
}

/** What the person agreed to. */
interface Agreed {
  readonly moves: readonly Move[]
  readonly removes: boolean
}

export async function uninstall(context: CliContext, options: UninstallOptions): Promise<number> {
  const { terminal } = context
  taken(context.machine) // Fails on a damaged journal before anything is changed.
  const survey = await lookAround(context)
  showSurvey(context, survey)
  if (isNothing(survey, options.removeSecrets === true)) {
    terminal.say('nothing is left to undo\n')
    await sayWhatIsLeft(context, [])
    return nothingThere
  }
  if (options.dryRun === true) return 0
  const agreed = await agree(context, survey, options)
  if (agreed === undefined) terminal.say('nothing was changed\n')
  return agreed === undefined ? nothingThere : carryOut(context, survey, agreed)
}

/** Asks all there is to ask. `undefined`: nothing shall be changed. */
async function agree(
  context: CliContext,
  { looks, moves }: Survey,
  { yes, removeSecrets: removes }: UninstallOptions,
): Promise<Agreed | undefined> {
  const { terminal } = context
  if (yes !== true && !(await asked(context, 'Uninstall credbridge as shown?'))) return undefined
  const plain = moves.filter((move) => !isToKeychain(move))
  const files = [...new Set(plain.map(({ keeper }) => keeper.name))].join(', ')
  const writesPlain =
    yes !== true &&
    plain.length > 0 &&
    (await asked(context, `Write ${secretsIn(plain.length)} into ${files}, which every program can read?`))
  const chosen = moves.filter((move) => isToKeychain(move) || writesPlain)
  const kept = looks.flatMap(({ secrets }) => secrets).filter((entry) => !chosen.some((move) => move.entry === entry))
  if (removes !== true || kept.length === 0) return { moves: chosen, removes: false }
  for (const entry of kept) if (entry.kind === 'token') sayLine(terminal, staysAtProvider(entry))
  const question = `Delete ${secretsIn(kept.length)} for good, which nothing else keeps?`
  if (await terminal.confirm(question, hint`without --remove-secrets they stay where they are`)) {
    return { moves: chosen, removes: true }
  }
  return { moves: chosen, removes: false }
}

function asked({ terminal }: CliContext, question: string): Promise<boolean> {
  return terminal.confirm(question, withoutQuestion, onlyShown)
}

async function carryOut(context: CliContext, survey: Survey, { moves, removes }: Agreed): Promise<number> {
  const { terminal } = context
  const signals = interruption()
  signals.watch()
  const { isStopped } = signals
  try {
    await sweepCopies(context)
    const copied = await copyAll(context, moves, isStopped)
    const unserved = await undoService(context, survey)
    const failed = [...unserved, ...(await undoAll(context, survey.setups, isStopped))]
    const wired = await wireKeepers(context, copied, failed, isStopped)
    const moved = await removeCopied(context, wired, isStopped)
    const untouched = survey.looks.map((look) => ({
      ...look,
      secrets: look.secrets.filter((entry) => !moves.some((move) => move.entry === entry)),
    }))
    const deleted = removes ? await removeSecrets(context, untouched, isStopped) : 0
    if (moved > 0) terminal.say(`${secretsIn(moved)} moved\n`)
    if (deleted > 0) terminal.say(`${secretsIn(deleted)} deleted\n`)
    if (!(await isStopped())) await removeNotes(context)
    const mayRemoveFiles = failed.length === 0 && !(await isStopped())
    const stayed = mayRemoveFiles ? await removeFiles(context) : 0
    if (await isStopped()) {
      terminal.say('interrupted; to go on: credbridge uninstall\n')
      return broken
    }
    await sayWhatIsLeft(context, failed)
    return failed.length > 0 || stayed > 0 || moved < moves.length ? broken : 0
  } finally {
    await isStopped()
    signals.end()
  }
}

/** Removes copies for `credbridge restore` that are past their time, as every write does. */
async function sweepCopies(context: CliContext): Promise<void> {
  const copies = await (await context.broker()).restorable()
  // What cannot be read now stays, and is named at the end.
  await copies.sweep().catch(() => undefined)
}
