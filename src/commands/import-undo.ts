import { type Credential, isCredential } from '../core/credential.ts'
import { encodeRecord } from '../core/encode-item.ts'
import { parseEndpoint, serviceName } from '../core/endpoint.ts'
import { asFailure, type Failure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { Machine } from '../system/machine.ts'
import { tools } from '../tools/index.ts'
import type { PlainSecrets } from '../tools/tool.ts'
import { broken, nothingThere, onlyShown, secretsIn, shownAccount, withoutQuestion } from './arguments.ts'
import { type Backup, readBackup, removeBackup, type SavedFile } from './import-backup.ts'
import { forgetTaken, type Taken, taken } from './import-journal.ts'
import { guardedBy } from './take-over.ts'

/*
 * Writes secrets back where they were. A file that nobody has changed since becomes again what it was, to the byte. In
 * any other file each secret is written back by itself, as it is now.
 */

/** Those that the last import removed, and those that a setup took over. */
export function lastTaken(machine: Machine): readonly Taken[] {
  const all = taken(machine)
  const last = all.findLast(({ batch }) => batch !== undefined)?.batch
  return all.filter(({ batch }) => batch === undefined || batch === last)
}

/** Shows what is to be written back, asks, and writes. Returns the exit code. */
export async function undoImport(
  context: CliContext,
  entries: readonly Taken[],
  { yes, dryRun }: { yes?: boolean; dryRun?: boolean },
): Promise<number> {
  const { terminal } = context
  if (entries.length === 0) terminal.say('there is no import to undo\n')
  if (entries.length === 0) return nothingThere
  const asks = yes !== true && dryRun !== true
  if (asks) for (const entry of entries) terminal.say(`${entry.tool}: ${shown(entry)}\n`)
  const agreed = (count: number) =>
    terminal.confirm(`Write ${secretsIn(count)} back into plain files?`, withoutQuestion, onlyShown)
  const exitCode = await putBack(context, entries, { dryRun: dryRun === true, ...(asks ? { agreed } : {}) })
  if (exitCode === 0 && dryRun !== true) terminal.say('note: credbridge keeps them, too\nhint: credbridge list\n')
  return exitCode
}

/** Writes these back. An entry stays in the journal only if it could not be written now. */
async function putBack(
  context: CliContext,
  entries: readonly Taken[],
  { dryRun, agreed }: { dryRun: boolean; agreed?: (count: number) => Promise<boolean> },
): Promise<number> {
  const { terminal, machine } = context
  const there = new Map<Taken, Credential>()
  for (const entry of entries) {
    const item = await kept(context, entry)
    if (item !== undefined) there.set(entry, item)
    if (item === undefined) terminal.say(`${shown(entry)}: no longer kept, left out\n`)
    else if (dryRun) terminal.say(`${shown(entry)}: would be written back\n`)
  }
  if (dryRun) return there.size === 0 ? nothingThere : 0
  if (agreed !== undefined && there.size > 0 && !(await agreed(there.size))) {
    terminal.say('nothing was changed\n')
    return nothingThere
  }
  const backup = await readBackup(context)
  const failures = new Map<Taken, Failure>()
  const whole = await restoreFiles(machine, backup, there, failures)
  const rest = [...there].filter(([entry]) => !whole.has(entry) && !failures.has(entry))
  for (const name of new Set(rest.map(([entry]) => entry.tool))) {
    const source = await sourceOf(name)
    const ofTool = rest.filter(([entry]) => entry.tool === name)
    if (source !== undefined) await writeBack(machine, source, ofTool, failures)
  }
  for (const [entry, { message }] of failures) terminal.say(`${shown(entry)}: left, ${printable(message)}\n`)
  forgetTaken(
    machine,
    entries.filter((entry) => !failures.has(entry)),
  )
  await forgetBackup(context, backup)
  const written = there.size - failures.size
  terminal.say(`${written} written back\n`)
  return failures.size > 0 ? broken : written === 0 ? nothingThere : 0
}

/** The files whose secrets are all to be written back and have not changed since, neither here nor there. */
function filesToRestore(
  machine: Machine,
  backup: Backup | undefined,
  there: ReadonlyMap<Taken, Credential>,
): readonly SavedFile[] {
  const values = new Map([...there].map(([entry, credential]) => [JSON.stringify(entry), encodeRecord(credential)]))
  return (backup?.files ?? []).filter(({ path, before, after, removed }) => {
    const isAsTaken =
      removed.length > 0 && removed.every(({ entry, value }) => values.get(JSON.stringify(entry)) === value)
    return isAsTaken && [before, after].includes(readable(machine, path))
  })
}

/** Returns the entries that are in all of their files again. */
async function restoreFiles(
  machine: Machine,
  backup: Backup | undefined,
  there: ReadonlyMap<Taken, Credential>,
  failures: Map<Taken, Failure>,
): Promise<ReadonlySet<Taken>> {
  const whole = filesToRestore(machine, backup, there)
  const others = (backup?.files ?? []).filter((file) => !whole.includes(file))
  for (const file of whole) {
    const { path, before, removed } = file
    const write = () => {
      if (before !== undefined && machine.files.read(path) !== before) machine.files.write(path, before)
    }
    try {
      await guardedBy(machine, await sourceOf(removed[0]?.entry.tool))(path, write)
    } catch (error) {
      for (const entry of there.keys()) if (isFrom(file, entry)) failures.set(entry, asFailure(error))
    }
  }
  const restored = [...there.keys()].filter(
    (entry) => whole.some((file) => isFrom(file, entry)) && !others.some((file) => isFrom(file, entry)),
  )
  return new Set(restored)
}

async function sourceOf(name: string | undefined): Promise<PlainSecrets | undefined> {
  return tools.find((tool) => tool.name === name)?.plainSecrets?.()
}

function isFrom({ removed }: SavedFile, entry: Taken): boolean {
  return removed.some((one) => JSON.stringify(one.entry) === JSON.stringify(entry))
}

/** Writes these back, each by itself. Adds the refused entries with their failures. */
export async function writeBack(
  machine: Machine,
  source: PlainSecrets,
  entries: readonly (readonly [Taken, Credential])[],
  failures: Map<Taken, Failure>,
): Promise<void> {
  if (source.putBackAll !== undefined) {
    const taken = entries.map(([{ trace }, credential]) => ({ trace, credential }))
    const all = await source.putBackAll(machine, taken).catch((error) => taken.map(() => asFailure(error)))
    for (const [at, failure] of all.entries()) {
      const [entry] = entries[at] ?? []
      if (entry !== undefined && failure !== undefined) failures.set(entry, failure)
    }
    return
  }
  for (const [entry, credential] of entries) {
    try {
      await source.putBack?.(machine, entry.trace, credential)
      forgetTaken(machine, [entry])
    } catch (error) {
      failures.set(entry, asFailure(error))
    }
  }
}

/** Removes the backup once nothing of its import is left to be written back. */
async function forgetBackup(context: CliContext, backup: Backup | undefined): Promise<void> {
  const isNeeded = taken(context.machine).some(({ batch }) => batch === backup?.batch)
  if (backup !== undefined && !isNeeded) await removeBackup(context)
}

async function kept({ engine, asker }: CliContext, { endpoint, service, account, owner }: Taken) {
  const [store] = await engine.stores()
  const items = await store.find(asker, [service ? serviceName(endpoint) : parseEndpoint(endpoint)], account)
  return items.filter(isCredential).find((item) => item.owner === owner && item.account === account)
}

function readable({ files }: Machine, path: string): string | undefined {
  try {
    return files.read(path)
  } catch {
    return undefined
  }
}

function shown({ account, endpoint }: Taken): string {
  return printable(`${shownAccount(account)} at ${endpoint}`)
}
