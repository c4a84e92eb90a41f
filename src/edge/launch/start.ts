import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'
import { constants } from 'node:os'
import { Failure } from '../../core/failure.ts'

/** A program that takes the place of this process: it uses the same streams, terminal and working directory. */
export interface Start {
  /** Its absolute path. */
  readonly program: string
  readonly words: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** File descriptors that the program inherits as 3, 4 and so on. Only `attend` passes them on. */
  readonly files?: readonly number[]
}

/** How the program ended. */
export type Ended = { readonly exitCode: number } | { readonly signal: NodeJS.Signals }

type Execve = (file: string, words: readonly string[], env: NodeJS.ProcessEnv) => never

/** Replaces this process by the program and does not return, if Node and the system can do that. Else like `attend`. */
export async function become(start: Start): Promise<Ended> {
  const { execve } = process as { execve?: Execve }
  if (execve !== undefined && process.platform !== 'win32' && hasInterpreter(start.program)) {
    const { emitWarning } = process
    process.emitWarning = () => {} // If execve fails, Node prints a warning that it is experimental.
    try {
      execve.call(process, start.program, [start.program, ...start.words], start.env)
    } catch {
      process.emitWarning = emitWarning
    }
  }
  return attend(start)
}

/** Early versions of Node's execve abort the process when the system refuses a script without a `#!` line. */
function hasInterpreter(program: string): boolean {
  const head = new Uint8Array(2)
  const fd = openSync(program, 'r')
  try {
    readSync(fd, head)
  } finally {
    closeSync(fd)
  }
  return (head[0] === 0x23 && head[1] === 0x21) || (head[0] ?? 0) === 0x7f || (head[0] ?? 0) >= 0xca
}

/** Runs the program to its end, and forwards the signals that only this process receives. */
export async function attend(start: Start): Promise<Ended> {
  const { spawn } = await import('node:child_process')
  let child: ChildProcess | undefined
  const pass = (signal: NodeJS.Signals) => void (comesTwice(signal) || child?.kill(signal))
  for (const signal of signals) process.on(signal, pass) // Before the start: a signal may come at once.
  try {
    return await new Promise((resolve, reject) => {
      const failed = (cause: Error) =>
        reject(new Failure('unavailable', `${start.program} cannot be started`, { cause }))
      const { program, words, env, files = [] } = start
      child = spawn(program, words, { env, stdio: ['inherit', 'inherit', 'inherit', ...files] })
      child.on('error', failed)
      child.on('exit', (exitCode, signal) => resolve(signal === null ? { exitCode: exitCode ?? 128 } : { signal }))
    })
  } finally {
    for (const signal of signals) process.off(signal, pass)
  }
}

const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']

/** The terminal sends these to both processes. Forwarding them would deliver them twice. */
function comesTwice(signal: NodeJS.Signals): boolean {
  return (signal === 'SIGINT' || signal === 'SIGQUIT') && hasTerminal()
}

function hasTerminal(): boolean {
  if (process.platform === 'win32') return true
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}

/** The exit code, as a shell tells it: 128 plus the number of the signal that ended the program. */
export function exitCodeOf(ended: Ended): number {
  return 'exitCode' in ended ? ended.exitCode : 128 + (constants.signals[ended.signal] ?? 0)
}

/** If a signal ended the program, ends this process by the same signal. Else returns the exit code. */
export function endAs(ended: Ended): number {
  if ('exitCode' in ended) return ended.exitCode
  process.kill(process.pid, ended.signal)
  return 128 + (constants.signals[ended.signal] ?? 0)
}
