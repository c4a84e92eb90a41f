import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { asFailure, type Failure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import { type Tracing, tracing } from '../engine/tracing.ts'
import { passedAlong } from '../system/path-walk.ts'
import { systemText } from './installation/system.ts'
import { complain } from './stdio.ts'

interface OpenTrace {
  readonly tracing: Tracing
  command(name: string): void
  failed(failure: Failure): void
  ends(exitCode: number): void
}

/** The trace of this process: to standard error for `1`, else appended to the file of that path. */
export function openTrace(to: string, command: string, userId: number): OpenTrace {
  const put = to === '1' ? complain : appender(to, userId)
  const write = (line: string) => {
    const at = `+${performance.now().toFixed(1)} ms`
    put(`${new Date().toISOString()} ${process.pid} ${command} ${at} ${printable(line)}\n`)
  }
  write(`begins: ${systemText()}`)
  return {
    tracing: tracing(write, () => performance.now()),
    command: (name) => write(`command ${name}`),
    failed: ({ code, message }: Failure) => write(`failure, ${code}, ${message}`),
    ends: (exitCode) => write(`ends with exit code ${exitCode}`),
  }
}

/**
 * Appends to the file. A file that cannot be written is reported once and breaks nothing: then nothing is traced.
 */
function appender(path: string, userId: number): (text: string) => void {
  let fd: number | undefined
  try {
    fd = opened(path, userId)
  } catch (error) {
    const reason = error instanceof RangeError ? error.message : asFailure(error).cause
    const code = (reason as NodeJS.ErrnoException).code ?? reason
    complain(`credbridge: no trace is written to ${printable(path)}: ${printable(String(code))}\n`)
  }
  return (text) => {
    try {
      if (fd !== undefined) writeSync(fd, text)
    } catch {
      fd = undefined
    }
  }
}

function opened(path: string, userId: number): number {
  if (!isAbsolute(path)) throw new RangeError('CREDBRIDGE_TRACE is 1 or an absolute path')
  if (userId >= 0) refuseOthers(path, userId)
  // A pipe without a reader fails instead of waiting for one.
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
  const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600)
  const stats = fstatSync(fd)
  if (stats.isFile() && (userId < 0 || (stats.uid === userId && stats.nlink === 1))) return fd
  closeSync(fd)
  throw new RangeError('it is not a file of this user alone')
}

/** Another user who owns a folder or a link on the way could have the lines appended to any file. */
function refuseOthers(path: string, userId: number): void {
  for (const { path: at, stats } of passedAlong(path)) {
    const isSticky = stats.isDirectory() && (stats.mode & 0o1000) !== 0
    const isOpen = stats.isDirectory() && (stats.mode & 0o022) !== 0 && !isSticky
    if (stats.uid !== userId && stats.uid !== 0) throw new RangeError(`${at} belongs to another user`)
    if (isOpen) throw new RangeError(`other users can change ${at}`)
  }
}
