import type { CliContext } from '../edge/terminal/cli-context.ts'
import { ownFilesIn } from '../system/own-files.ts'
import { sayLine } from './arguments.ts'
import { atHome } from './at-home.ts'
import { serviceFiles } from './serve-service.ts'
import { type Candidate, isBroken, lookBackAtAll } from './setup-outlook.ts'
import { showUndone } from './setup-table.ts'
import { type Move, planMoves } from './uninstall-moves.ts'
import { isEmpty, lookIntoStores, remoteStores, type StoreLook, shownEntry } from './uninstall-stores.ts'

/** All that is there to be undone. */
export interface Survey {
  readonly setups: readonly Candidate[]
  /** What `setup serve` made. */
  readonly service: readonly string[]
  readonly looks: readonly StoreLook[]
  /** The names of the stores whose items are on another machine, and stay there. */
  readonly remote: readonly string[]
  readonly moves: readonly Move[]
  readonly files: readonly string[]
  /** What goes, too, once every secret has moved out of its store. */
  readonly filesOnceEmpty: readonly string[]
  /** What stays with the secrets that have no other place. */
  readonly filesStaying: readonly string[]
}

/** Looks at setups, stores and files, and changes nothing. */
export async function lookAround(context: CliContext): Promise<Survey> {
  const setups = await lookBackAtAll(context)
  const looks = await lookIntoStores(context)
  const moves = await planMoves(
    context,
    looks,
    ready(setups).map(({ tool }) => tool),
  )
  const stores = looks.filter(isEmpty).flatMap(({ files }) => files)
  const used = looks.filter((look) => !isEmpty(look) && look.files.length > 0)
  const { folders } = context.machine
  const own = ownFilesIn(folders, used.length > 0 ? 'needed' : 'not needed')
  const ofStores = ownFilesIn(folders, 'not needed').filter((file) => !own.includes(file))
  const empties = used.filter((look) => isEmptiedBy(look, moves))
  const staying = used.filter((look) => !empties.includes(look)).flatMap(({ files }) => files)
  const onceEmpty = empties.flatMap(({ files }) => files)
  return {
    setups,
    service: serviceFiles(context.machine),
    looks,
    remote: await remoteStores(context),
    moves,
    files: [...stores, ...own],
    filesOnceEmpty: staying.length > 0 ? onceEmpty : [...onceEmpty, ...ofStores],
    filesStaying: staying.length > 0 ? [...staying, ...ofStores] : [],
  }
}

/** Whether each of its secrets can move. */
function isEmptiedBy({ secrets, unreadable, failure }: StoreLook, moves: readonly Move[]): boolean {
  const moved = secrets.every((entry) => moves.some((move) => move.entry === entry))
  return moved && unreadable === 0 && failure === undefined
}

/** Those whose setup can be undone now. */
export function ready(setups: readonly Candidate[]): readonly Candidate[] {
  return setups.filter(({ outlook }) => outlook.state === 'ready')
}

/** Whether there is nothing to do. `removes`: whether secrets that have no other place are to be deleted. */
export function isNothing({ setups, service, looks, moves, files }: Survey, removes: boolean): boolean {
  const isUndone = setups.every(({ outlook }) => outlook.state !== 'ready' && !isBroken(outlook))
  const isTidy = looks.every((look) => (isEmpty(look) ? look.notes.length === 0 : !removes))
  return isUndone && service.length === 0 && moves.length === 0 && files.length === 0 && isTidy
}

/** Shows every step to the person. */
export function showSurvey(context: CliContext, survey: Survey): void {
  const { setups, service, looks, remote, moves, files, filesOnceEmpty, filesStaying } = survey
  const line = (text: string) => sayLine(context.terminal, atHome(text, context.machine.home))
  showUndone(
    context,
    setups.filter(({ outlook }) => outlook.state === 'ready' || isBroken(outlook)),
  )
  for (const file of service) line(`serve: stop the service, and remove ${file}`)
  for (const { entry, keeper } of moves.filter(isToKeychain)) {
    line(`move to ${keeper.name}: ${shownEntry(entry)}`)
  }
  for (const { entry, keeper } of moves.filter((move) => !isToKeychain(move))) {
    line(`only if you agree, move to the plain file ${keeper.name}: ${shownEntry(entry)}`)
  }
  for (const { name, secrets, failure, unreadable } of looks) {
    for (const entry of secrets) {
      if (!moves.some((move) => move.entry === entry)) line(`stays in the ${name} store: ${shownEntry(entry)}`)
    }
    if (unreadable > 0) line(`stays in the ${name} store: ${unreadable} that cannot be read`)
    if (failure !== undefined) line(`stays: the ${name} store, which cannot be looked at: ${failure.message}`)
    for (const way of failure?.hints ?? []) sayLine(context.terminal, `hint: ${way}`)
  }
  for (const name of remote) line(`stays: what the ${name} store has on its server`)
  for (const file of files) line(`remove ${file}`)
  for (const file of filesOnceEmpty) line(`remove, once every secret has moved, ${file}`)
  for (const file of filesStaying) line(`stays, for the secrets that stay: ${file}`)
}

/** Whether the secret goes where not every program can read it. */
export function isToKeychain({ keeper }: Move): boolean {
  return !keeper.isPlain
}
