import { withoutPerson } from '../core/asker.ts'
import { type Entry, isNoteKind } from '../core/credential.ts'
import { type Failure, failureToPass } from '../core/failure.ts'
import type { Store } from '../core/store.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { isKeyOfStore } from '../stores/choose.ts'
import { storeTypes } from '../stores/index.ts'
import { inUse, openStore, storeNamed } from '../stores/open.ts'
import { byName, shownAccount } from './arguments.ts'
import { isBackup } from './import-backup.ts'

/** What one store keeps, as far as it can be looked at. */
export interface StoreLook {
  readonly name: string
  /** Absent: it cannot be looked at. */
  readonly store?: Store
  readonly failure?: Failure
  /** The secrets, copies for `credbridge restore` included. */
  readonly secrets: readonly Entry[]
  /** What is of no use without a secret: which account is the default, and the like. */
  readonly notes: readonly Entry[]
  /** How many items cannot be read. */
  readonly unreadable: number
  /** The files that are of no use once it keeps nothing. */
  readonly files: readonly string[]
}

/** The names of the stores in use whose items are on another machine. */
export async function remoteStores({ engine, machine }: CliContext): Promise<readonly string[]> {
  const { names } = inUse(await engine.settings(), machine)
  return names.filter((name) => storeNamed(name).type.remote === true)
}

/** The stores in use on this machine, the system's keychain, and those that have files of theirs here. */
export async function lookIntoStores(context: CliContext): Promise<readonly StoreLook[]> {
  const { engine, machine } = context
  const { names } = inUse(await engine.settings(), machine)
  const others = storeTypes.filter(({ canBeSettled, parameter }) => canBeSettled && parameter === undefined)
  const looks: StoreLook[] = []
  const here = names.filter((name) => storeNamed(name).type.remote !== true)
  for (const name of new Set([...here, ...others.map((type) => type.name)])) {
    const look = await lookInto(context, name, names.includes(name))
    if (look !== undefined) looks.push(look)
  }
  return looks
}

/** `undefined` for a store that is not here. */
async function lookInto(context: CliContext, name: string, isUsed: boolean): Promise<StoreLook | undefined> {
  const { engine, machine, asker } = context
  const settings = await engine.settings()
  const { type, parameter } = storeNamed(name)
  const files = (await type.files?.({ machine, settings, parameter })) ?? []
  const isKeychain = type.isSystemKeychain?.(machine.platform) === true
  if (!isUsed && !isKeychain && files.length === 0) return undefined
  const nothing = { name, secrets: [], notes: [], unreadable: 0, files }
  try {
    if ((await type.isMade?.({ machine, settings, parameter })) === false) return files.length > 0 ? nothing : undefined
    const store = await openStore(name, settings, machine)
    const asking = isUsed ? asker : withoutPerson(asker)
    const entries = [...(await store.list(asking))].sort(byName)
    const isNote = (entry: Entry) =>
      (isNoteKind(entry.kind) && entry.kind !== 'erased') || isBackup(entry) || isKeyOfStore(entry)
    const unreadable = ((await store.problems?.(asking)) ?? []).length
    const [secrets, notes] = [entries.filter((one) => !isNote(one)), entries.filter(isNote)]
    return { name, store, secrets, notes, unreadable, files }
  } catch (error) {
    const failure = failureToPass(error)
    return !isUsed && failure.code === 'unavailable' ? undefined : { ...nothing, failure }
  }
}

/** Whether it provably keeps nothing that a person could miss. */
export function isEmpty({ secrets, unreadable, failure }: StoreLook): boolean {
  return secrets.length === 0 && unreadable === 0 && failure === undefined
}

/** A secret as a person recognises it. */
export function shownEntry({ endpoint, account, owner, kind }: Entry): string {
  if (kind === 'erased') return 'a removed secret that credbridge restore could bring back'
  return `${shownAccount(account)} at ${endpoint.key} (${owner}, ${kind})`
}
