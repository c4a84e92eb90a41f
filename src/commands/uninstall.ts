import type { Command } from 'commander'
import { asFailure, Failure, isCancelled } from '../core/failure.ts'
import { formatFailure } from '../core/failure-text.ts'
import { hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { interruption } from '../edge/terminal/interruption.ts'
import { ownFilesIn } from '../system/own-files.ts'
import { broken, nothingThere, sayLine } from './arguments.ts'
import { taken } from './import-journal.ts'
import { type Candidate, isBroken, lookBackAtAll, show } from './setup-all.ts'
import { removeFiles, removeNotes, removeSecrets, sayHowToRemoveProgram, sayWhatIsLeft } from './uninstall-leftovers.ts'
import { type Copied, copyAll, type Move, planMoves, removeCopied } from './uninstall-moves.ts'
import { isEmpty, lookIntoStores, type StoreLook, secretsIn, shownEntry } from './uninstall-stores.ts'
import { wire } from './wire.ts'

/*
 * `credbridge uninstall`: moves what is kept to where each tool finds it without credbridge, undoes every setup, and
 * removes credbridge's own files. Everything is asked before anything is changed. A signal ends it after the step that
 * is being made, and the same command goes on from there.
 */

interface UninstallOptions {
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly removeSecrets?: boolean
}

export function uninstallCommand(program: Command, context: CliContext): void {
  program
    .command('uninstall')
    .description("undo every setup, move what is kept to each tool's own keychain helper, remove credbridge's files")
    .option('-y, --yes', 'do not ask; writes no plain file and deletes no secret')
    .option('-n, --dry-run', 'show what would be done')
    .option('--remove-secrets', 'also delete the secrets that are moved nowhere, after a question that counts them')
    .action(async (options: UninstallOptions) => context.end(await uninstall(context, options)))
}

/** All that is there to be undone. */
interface Survey {
  readonly setups: readonly Candidate[]
  readonly looks: readonly StoreLook[]
  readonly moves: readonly Move[]
  readonly files: readonly string[]
}

/** What the person agreed to. */
interface Agreed {
  readonly moves: readonly Move[]
  readonly removes: boolean
}

async function uninstall(context: CliContext, options: UninstallOptions): Promise<number> {
  const { terminal } = context
  taken(context.machine) // Fails on a damaged journal before anything is changed.
  const survey = await lookAround(context)
  showSurvey(context, survey)
  if (isNothing(survey)) {
    terminal.say('nothing is left to undo\n')
    sayHowToRemoveProgram(terminal)
    return nothingThere
  }
  if (options.dryRun === true) return 0
  const agreed = await agree(context, survey, options)
  if (agreed === undefined) terminal.say('nothing was changed\n')
  return agreed === undefined ? nothingThere : carryOut(context, survey, agreed)
}

async function lookAround(context: CliContext): Promise<Survey> {
  const setups = await lookBackAtAll(context)
  const looks = await lookIntoStores(context)
  const moves = await planMoves(
    context,
    looks,
    ready(setups).map(({ tool }) => tool),
  )
  const stores = looks.filter(isEmpty).flatMap(({ files }) => files)
  const keepsFiles = looks.some((look) => !isEmpty(look) && look.files.length > 0)
  const own = ownFilesIn(context.machine.folders, keepsFiles ? 'needed' : 'not needed')
  return { setups, looks, moves, files: [...stores, ...own] }
}

function ready(setups: readonly Candidate[]): readonly Candidate[] {
  return setups.filter(({ outlook }) => outlook.state === 'ready')
}

function isNothing({ setups, looks, moves, files }: Survey): boolean {
  const isUndone = setups.every(({ outlook }) => outlook.state === 'absent')
  return isUndone && moves.length === 0 && files.length === 0 && looks.every(isEmpty)
}

function showSurvey(context: CliContext, { setups, looks, moves, files }: Survey): void {
  const { terminal } = context
  for (const { tool, outlook } of setups) {
    if (outlook.state === 'ready') show(context, tool, outlook.plan)
    if (outlook.state === 'other-way') terminal.say(`${tool.name}: ${formatFailure(outlook.failure)}`)
  }
  for (const { entry, keeper } of moves.filter(isToKeychain)) {
    sayLine(terminal, `move to ${keeper.name}: ${shownEntry(entry)}`)
  }
  for (const { entry, keeper } of moves.filter((move) => !isToKeychain(move))) {
    sayLine(terminal, `only if you agree, move to the plain file ${keeper.name}: ${shownEntry(entry)}`)
  }
  for (const { name, secrets, failure, unreadable } of looks) {
    for (const entry of secrets) {
      if (!moves.some((move) => move.entry === entry))
        sayLine(terminal, `stays in the ${name} store: ${shownEntry(entry)}`)
    }
    if (unreadable > 0) sayLine(terminal, `stays in the ${name} store: ${unreadable} that cannot be read`)
    if (failure !== undefined)
      sayLine(terminal, `stays: the ${name} store, which cannot be looked at: ${failure.message}`)
    for (const way of failure?.hints ?? []) sayLine(terminal, `hint: ${way}`)
  }
  for (const file of files) sayLine(terminal, `remove ${file}`)
}

function isToKeychain({ keeper }: Move): boolean {
  return !keeper.isPlain
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
  const question = `Delete ${secretsIn(kept.length)} for good, which nothing else keeps?`
  if (await terminal.confirm(question, hint`without --remove-secrets they stay where they are`)) {
    return { moves: chosen, removes: true }
  }
  return { moves: chosen, removes: false }
}

async function asked({ terminal }: CliContext, question: string): Promise<boolean> {
  try {
    return await terminal.confirm(question)
  } catch (error) {
    if (isCancelled(error)) throw error
    const { code, message } = asFailure(error)
    throw new Failure(code, message, {
      hints: [hint`to go on without a question, add --yes`, hint`to see the changes only, add --dry-run`],
    })
  }
}

async function carryOut(context: CliContext, survey: Survey, { moves, removes }: Agreed): Promise<number> {
  const { terminal } = context
  const signals = interruption()
  const stop = signals.watch()
  // A signal is noticed when the event loop turns, and a store may work without that.
  const isStopped = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    return stop.aborted
  }
  try {
    await sweepCopies(context)
    const copied = await copyAll(context, moves, isStopped)
    const failed = await undoAll(context, survey.setups, isStopped)
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
  const broker = await context.broker()
  // What cannot be read now stays, and is named at the end.
  await broker.restorable.sweep().catch(() => undefined)
}

/** Undoes each setup and looks whether it is undone. Returns the names of the tools that still ask credbridge. */
async function undoAll(
  context: CliContext,
  setups: readonly Candidate[],
  isStopped: () => Promise<boolean>,
): Promise<readonly string[]> {
  const { terminal } = context
  for (const { tool, setup } of ready(setups)) {
    if (await isStopped()) break
    terminal.say(`\n${tool.name}:\n`)
    try {
      await wire(context, tool, setup, { undo: true, yes: true })
    } catch (error) {
      terminal.say(formatFailure(asFailure(error)))
    }
  }
  const failed: string[] = []
  for (const { tool, setup, outlook } of await lookBackAtAll(context)) {
    // A configuration of the whole system, which undo leaves alone, may name credbridge, too.
    const asks = async () => (await setup.check(context.machine).catch(() => [])).some(({ state }) => state === 'ok')
    const wasUndone = ready(setups).some((one) => one.tool === tool)
    if (outlook.state === 'ready' || isBroken(outlook) || (wasUndone && (await asks()))) failed.push(tool.name)
  }
  return failed
}

/** Makes each tool look where its secrets are now. Returns what a tool finds there. */
async function wireKeepers(
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
