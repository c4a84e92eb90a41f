import { type Credential, type Entry, hasExtras, isCredential, person } from '../core/credential.ts'
import { Failure, failureToPass } from '../core/failure.ts'
import { samePlace } from '../core/same.ts'
import type { Store } from '../core/store.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { tools } from '../tools/index.ts'
import type { Keeper, Tool } from '../tools/tool.ts'
import { sayLine } from './arguments.ts'
import { taken } from './import-journal.ts'
import { isAbsent } from './is-set-up.ts'
import { formerFiles } from './uninstall-former-files.ts'
import { type StoreLook, shownEntry } from './uninstall-stores.ts'

/*
 * Moving what is kept to where each tool finds it without credbridge. It is copied and read back while the tool still
 * asks credbridge, and removed once the tool asks its own helper. So a stop at any moment loses nothing.
 */

/** A secret, and where it can go. */
export interface Move {
  readonly store: Store
  readonly entry: Entry
  readonly tool: Tool
  readonly keeper: Keeper
}

/** A secret that its new keeper has, too. */
export interface Copied extends Move {
  readonly credential: Credential
}

interface ToolKeepers {
  readonly tool: Tool
  readonly keepers: readonly Keeper[]
}

/** A move for each secret that has a keeper. A keychain goes before a plain file. */
export async function planMoves(
  context: CliContext,
  looks: readonly StoreLook[],
  undone: readonly Tool[],
): Promise<readonly Move[]> {
  const all = await toolKeepers(context)
  const moves: Move[] = []
  for (const { store, secrets } of looks) {
    for (const entry of store === undefined ? [] : secrets) {
      const found = await keeperFor(entry, all, undone)
      if (store !== undefined && found !== undefined) moves.push({ store, entry, ...found })
    }
  }
  return moves
}

async function toolKeepers(context: CliContext): Promise<readonly ToolKeepers[]> {
  const { machine, terminal } = context
  const journal = taken(machine)
  const all: ToolKeepers[] = []
  for (const tool of tools) {
    const former = await formerFiles(machine, tool, journal)
    try {
      const own = tool.keepers === undefined || (await isAbsent(machine, tool)) ? [] : await tool.keepers(machine)
      all.push({ tool, keepers: [...own, ...former] })
    } catch (error) {
      sayLine(terminal, `note: nothing can be moved for ${tool.name}: ${failureToPass(error).message}`)
      all.push({ tool, keepers: former })
    }
  }
  return all
}

async function keeperFor(
  entry: Entry,
  all: readonly ToolKeepers[],
  undone: readonly Tool[],
): Promise<Pick<Move, 'tool' | 'keeper'> | undefined> {
  const fits = all.flatMap(({ tool, keepers }) =>
    keepers.filter((keeper) => keeper.takes(entry)).map((keeper) => ({ tool, keeper })),
  )
  const ordered = [...fits.filter(({ keeper }) => !keeper.isPlain), ...fits.filter(({ keeper }) => keeper.isPlain)]
  for (const one of ordered) {
    // What a person keeps serves many tools. It goes to one that asked for it until now, or would find it there.
    const isMeant =
      entry.owner !== person || undone.includes(one.tool) || (await one.keeper.wiring([entry])).length === 0
    if (isMeant) return one
  }
  return undefined
}

/** Copies each secret and reads the copy back. Says which ones stay, and why. */
export async function copyAll(
  { asker, terminal }: CliContext,
  moves: readonly Move[],
  isStopped: () => Promise<boolean>,
): Promise<readonly Copied[]> {
  const copied: Copied[] = []
  for (const move of moves) {
    if (await isStopped()) break
    const { store, entry, keeper } = move
    try {
      const items = await store.find(asker, [entry.endpoint], entry.account)
      const credential = items.filter(isCredential).find((item) => samePlace(item, entry))
      if (credential === undefined) continue
      await copy(keeper, credential)
      copied.push({ ...move, credential })
      sayLine(terminal, `copied to ${keeper.name}: ${shownEntry(entry)}`)
    } catch (error) {
      sayLine(terminal, `stays: ${shownEntry(entry)}: ${failureToPass(error).message}`)
    }
  }
  return copied
}

async function copy(keeper: Keeper, credential: Credential): Promise<void> {
  if (hasExtras(credential)) {
    throw new Failure('unsupported', `${keeper.name} keeps no more than a user name and a secret`)
  }
  const before = await keeper.held(credential)
  if (before === 'another') throw new Failure('refused', `${keeper.name} has another secret for it`)
  if (before === 'none') await keeper.keep(credential)
  if ((await keeper.held(credential)) === 'same') return
  throw new Failure('internal', `${keeper.name} did not keep it`)
}

/** Removes what was copied, and puts it back if the copy is then gone: both may write to the same keychain. */
export async function removeCopied(
  { asker, terminal }: CliContext,
  copied: readonly Copied[],
  isStopped: () => Promise<boolean>,
): Promise<number> {
  let moved = 0
  for (const { store, entry, keeper, credential } of copied) {
    if (await isStopped()) break
    if (keeper.sameAs === store.name) {
      moved++
      continue
    }
    try {
      if (!(await store.remove(asker, entry, credential.secret))) {
        sayLine(terminal, `stays: ${shownEntry(entry)}: it was changed meanwhile`)
      } else if ((await keeper.held(credential)) === 'same') moved++
      else {
        await store.save(asker, credential)
        sayLine(terminal, `stays: ${shownEntry(entry)}: ${keeper.name} no longer has it`)
      }
    } catch (error) {
      sayLine(terminal, `stays: ${shownEntry(entry)}: ${failureToPass(error).message}`)
    }
  }
  return moved
}
