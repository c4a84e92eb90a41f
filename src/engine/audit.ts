import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../core/failure.ts'
import { safeJson } from '../core/safe-json.ts'
import { moveFile } from '../system/disk.ts'
import { onDisk } from '../system/disk-failure.ts'
import { type UserId, unsafe } from '../system/own-file.ts'
import { makeOwnFolder } from '../system/own-folder.ts'

/**
 * What became of a request:
 *
 * - `granted`  it was answered or carried out
 * - `absent`   within the grant nothing is kept that answers it
 * - `outside`  the grant has no room for the tool or the endpoint, and nothing was read
 * - `refused`  a person, or the grant, said no
 * - `nothing`  the grant only finds: nothing was changed, and nothing had to be
 * - `failed`   a failure, whose code is added
 */
export type Outcome = 'granted' | 'absent' | 'outside' | 'refused' | 'nothing' | 'failed'

/** One line of the log. It never has a secret, or the length of one. */
export interface Entry {
  /** ISO 8601, UTC. */
  readonly time: string
  /** The grant's name; `local` for a call on this machine. */
  readonly caller: string
  /** The process at the socket and its parents, where the kernel tells. */
  readonly process?: string
  /** As the far side claims it. */
  readonly tool: string
  readonly verb: 'find' | 'save' | 'remove' | 'list'
  readonly endpoint?: string
  readonly account?: string
  readonly outcome: Outcome
  /** The code of a failure. */
  readonly code?: string
  /** How many entries of this socket were left out in the minute before (serve/thinning.ts). */
  readonly omitted?: number
}

/** The file of the log, and the earlier ones that it was rotated to, the newest first. */
export function logFiles(state: string): readonly [string, ...string[]] {
  const file = join(state, 'log', 'audit.jsonl')
  return [file, ...Array.from({ length: earlierFiles }, (_, at) => `${file}.${at + 1}`)]
}

const earlierFiles = 4

/** In bytes. A file that is larger is put aside before the next line. */
const largest = 1024 * 1024

export interface Log {
  write(entry: Entry): void
}

/** Appends to the log: one write for each line, so that several processes do not disturb each other. */
export function logIn(state: string, userId: UserId): Log {
  const files = logFiles(state)
  const [file] = files
  let isMade = false
  return {
    write(entry) {
      if (!isMade) makeOwnFolder(join(state, 'log'), userId)
      isMade = true
      let fd = opened(file, userId)
      if (fstatSync(fd).size > largest) {
        closeSync(fd)
        rotate(files)
        fd = opened(file, userId)
      }
      try {
        onDisk(file, () => writeSync(fd, `${safeJson(entry)}\n`))
      } finally {
        closeSync(fd)
      }
    },
  }
}

/** Two processes that do this at once move one file twice: then one number is skipped, and no line is lost. */
function rotate(files: readonly string[]): void {
  for (let at = files.length - 1; at > 0; at--) {
    const [from, to] = [files[at - 1], files[at]]
    if (from !== undefined && to !== undefined) moveFile(from, to)
  }
}

function opened(file: string, userId: UserId): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW = 0 } = constants
  const fd = onDisk(file, () => openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600))
  const stats = fstatSync(fd)
  const isPrivate = (stats.mode & 0o077) === 0 && (userId === undefined || userId < 0 || stats.uid === userId)
  if (stats.isFile() && isPrivate) return fd
  closeSync(fd)
  throw stats.isFile() ? unsafe('loose-permissions', file) : new Failure('refused', `${file} is not a file`)
}
