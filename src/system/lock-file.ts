import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { addFile, createFile } from './atomic-write.ts'
import { discard } from './disk.ts'
import { isMissing, unlessAbsent } from './disk-failure.ts'
import { nameBeside } from './leftovers.ts'
import { namesIn } from './own-file.ts'
import { lifeOf, type ProcessIdentity } from './process-identity.ts'
import { isHex, randomHex } from './random.ts'

/*
 * A lock is a file that says who holds it: made with its content in one step, removed by its holder, or by others once the
 * holder is dead. Its random token never comes again. So it is known which lock is to be removed, and whoever removes one
 * holds a second lock meanwhile, named after that token: nobody removes a lock that came after the one that was judged.
 */

/** Who holds a lock. */
export interface Holder extends ProcessIdentity {
  readonly token: string
}

/** A lock that this process holds. */
export interface LockFile {
  readonly holder: Holder
  /** Shows those who cannot judge the holder that it lives. */
  renew(): void
  close(): void
}

/** In bytes. */
const tokenLength = 8

/** What a lock says that cannot be read: half made where files cannot be linked, or none of ours. */
const unreadable: Holder = { token: 'unreadable', host: '', pid: -1 }

/** Takes the lock unless somebody has it. */
export function takeLock(path: string, self: ProcessIdentity): LockFile | undefined {
  const holder = { token: randomHex(tokenLength), ...self }
  const text = `${JSON.stringify(holder)}\n`
  if (!addFile(path, text, { durable: false })) return undefined
  const file = openOwn(path, text)
  if (file === undefined) return undefined
  return {
    holder,
    // To the open file: what has the name by now may be another's. The file system gives it its own time.
    renew: () => void writeSync(file, text, 0),
    close: () => closeSync(file),
  }
}

/** The file with this very text; `undefined` if it was given up and taken in the moment since it was made. */
function openOwn(path: string, text: string): number | undefined {
  const file = unlessAbsent(path, () => openSync(path, 'r+'))
  if (file === undefined || readFileSync(file, 'utf8') === text) return file
  closeSync(file)
  return undefined
}

/** Who holds the lock; nobody: `undefined`. */
export function holderOf(path: string): Holder | undefined {
  try {
    const holder: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isHolder(holder) ? holder : unreadable
  } catch (error) {
    return isMissing(error) ? undefined : unreadable
  }
}

/** Milliseconds without a sign of life after which a holder is given up that nobody here can judge. */
export const givenUpAfter = 5 * 60_000

/** Longer than anybody lets a lock rest whose process's number has perhaps been given to another one. */
const reusedAfter = 24 * 60 * 60_000

/** Whether the holder of this lock is dead, or has to be taken for dead. */
export function isAbandoned(path: string, holder: Holder, self: ProcessIdentity): boolean {
  const life = lifeOf(holder, self)
  if (life === 'dead') return true
  if (life === 'living') return holder.started === undefined && isOlderThan(path, reusedAfter)
  return isOlderThan(path, givenUpAfter)
}

/** Removes the lock while it is the one with this token; whether that came about. */
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
    // An earlier release made a folder of it.
    rmSync(path, { recursive: true, force: true })
    return true
  } finally {
    removing.close()
    discard(marker)
  }
}

/** Removes the second locks of processes that died while they removed this one's predecessors. */
export function removeDeadMarkers(path: string, self: ProcessIdentity): void {
  const start = `${basename(path)}.`
  for (const name of namesIn(dirname(path))) {
    if (!name.startsWith(start) || !isToken(name.slice(start.length))) continue
    const marker = join(dirname(path), name)
    const holder = holderOf(marker)
    if (holder !== undefined && isAbandoned(marker, holder, self)) removeLock(marker, holder.token, self)
  }
}

/** By the file system's own clock: that of another machine that shares it may be wrong, or this one's. */
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
