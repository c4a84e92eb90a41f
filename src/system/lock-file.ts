import { closeSync, lstatSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { addFile } from './atomic-write.ts'
import { createFile } from './create-file.ts'
import { discard } from './discard.ts'
import { removeFile } from './disk.ts'
import { isMissing, unlessAbsent } from './disk-failure.ts'
import { whileHeldOpen } from './held-open.ts'
import { nameBeside } from './leftovers.ts'
import { namesIn } from './own-file.ts'
import { lifeOf, type ProcessIdentity } from './process-identity.ts'
import { isHex, randomHex } from './random.ts'

/*
 * A lock is a file that names its holder. It is created with its content in one step. Its holder removes it, or another
 * process if the holder is dead. To remove a lock, a process first takes a second lock, the marker, which is named
 * after the random token of the first. So no process removes a newer lock than the one that it judged.
 */

/** The holder of a lock. */
export interface Holder extends ProcessIdentity {
  readonly token: string
}

/** A lock that this process holds. */
export interface LockFile {
  readonly holder: Holder
  /** Renews the lock file's time, for processes that cannot tell otherwise whether the holder lives. */
  renew(): void
  close(): void
}

/** In bytes. */
const tokenLength = 8

/** The holder of an unreadable lock: half written, where hard links are missing, or written by another program. */
const unreadable: Holder = { token: 'unreadable', host: '', pid: -1 }

/** Acquires the lock; returns undefined if another process holds it. */
export function takeLock(path: string, self: ProcessIdentity): LockFile | undefined {
  const holder = { token: randomHex(tokenLength), ...self }
  const text = `${JSON.stringify(holder)}\n`
  if (!addFile(path, text, { durable: false })) return undefined
  const file = openOwn(path, text)
  if (file === undefined) return undefined
  return {
    holder,
    // Written to the open file, because the path may lead to another process's lock by now. The file system sets the
    // time.
    renew: () => void writeSync(file, text, 0),
    close: () => closeSync(file),
  }
}

/** Opens the lock file with exactly this text; `undefined` if another process has removed or replaced it since. */
function openOwn(path: string, text: string): number | undefined {
  const file = unlessAbsent(path, () => whileHeldOpen(path, () => openSync(path, 'r+')))
  if (file === undefined || readFileSync(file, 'utf8') === text) return file
  closeSync(file)
  return undefined
}

/** The lock's holder; `undefined` if there is none. */
export function holderOf(path: string): Holder | undefined {
  try {
    const holder: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isHolder(holder) ? holder : unreadable
  } catch (error) {
    return isMissing(error) ? undefined : unreadable
  }
}

/** A lock not renewed for this many milliseconds is abandoned if this process cannot tell whether its holder lives. */
export const givenUpAfter = 5 * 60_000

/** In milliseconds: after this time without renewal, the holder's process ID probably belongs to another process. */
const reusedAfter = 24 * 60 * 60_000

/** Whether the holder of this lock is dead, or must be presumed dead. */
export function isAbandoned(path: string, holder: Holder, self: ProcessIdentity): boolean {
  const life = lifeOf(holder, self)
  if (life === 'dead') return true
  if (life === 'living') return holder.started === undefined && isOlderThan(path, reusedAfter)
  return isOlderThan(path, givenUpAfter)
}

/** Removes the lock if it still has this token. Returns whether it was removed. */
export function removeLock(path: string, token: string, self: ProcessIdentity): boolean {
  const marker = `${path}.${token}`
  const removing = takeLock(marker, self)
  if (removing === undefined) {
    const other = holderOf(marker)
    const free = other === undefined || (isAbandoned(marker, other, self) && removeLock(marker, other.token, self))
    return free && removeLock(path, token, self)
  }
  try {
    if (holderOf(path)?.token !== token) return false
    // In an earlier release the lock was a folder.
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
      rmSync(path, { recursive: true, force: true })
    else removeFile(path)
    return true
  } finally {
    removing.close()
    discard(marker)
  }
}

/** Removes the markers of processes that died while they removed an earlier lock at this path. */
export function removeDeadMarkers(path: string, self: ProcessIdentity): void {
  const start = `${basename(path)}.`
  for (const name of namesIn(dirname(path))) {
    if (!name.startsWith(start) || !isToken(name.slice(start.length))) continue
    const marker = join(dirname(path), name)
    const holder = holderOf(marker)
    if (holder !== undefined && isAbandoned(marker, holder, self)) removeLock(marker, holder.token, self)
  }
}

/** Compares with the file system's own clock: the clocks of the machines that share it may be wrong. */
function isOlderThan(path: string, age: number): boolean {
  const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  if (written === undefined || Date.now() - written <= age) return false
  const probe = nameBeside(path)
  createFile(probe, '', { durable: false })
  try {
    return statSync(probe).mtimeMs - written > age
  } finally {
    discard(probe)
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null) return false
  const { token, host, pid, namespace, started } = value as { readonly [name: string]: unknown }
  const isText = (text: unknown) => text === undefined || typeof text === 'string'
  return (
    typeof token === 'string' &&
    isToken(token) &&
    typeof host === 'string' &&
    typeof pid === 'number' &&
    isText(namespace) &&
    isText(started)
  )
}

function isToken(text: string): boolean {
  return text.length === 2 * tokenLength && isHex(text)
}
