import { constants } from 'node:os'
import type { Ended, Start } from './start.ts'

/*
 * A program started by the layer below node:child_process, which loads node:net and the streams: 4 ms that a shim has no
 * use for, because the program has our own streams (bench/NOTES.md). Only on versions of Node that have no
 * process.execve: those are all published, so the layer is what it was when this was tried; later ones have changed it
 * (26 has), and check it by ending the process. On them, and in Bun, it is node:child_process.
 */

export interface Child {
  kill(signal: NodeJS.Signals): void
}

/** Starts a program with our streams; one of the two is called in the end. */
export type Spawn = (start: Start, ended: (how: Ended) => void, failed: (cause: Error) => void) => Child | undefined

interface Process {
  onexit: (exitCode: number, signal: string) => void
  /** 0, or the negative number of an error. */
  spawn(options: object): number
  kill(signal: number): number
  close(): void
}

/** `undefined` where there is no such layer. */
export function spawnBelow(): Spawn | undefined {
  const Process = layerBelow()
  return Process === undefined ? undefined : (...call) => spawnBy(new Process(), ...call)
}

function spawnBy(child: Process, ...[{ program, words, env }, ended, failed]: Parameters<Spawn>): Child | undefined {
  child.onexit = (exitCode, signal) => {
    child.close()
    ended(signal === '' ? { exitCode } : { signal: signal as NodeJS.Signals })
  }
  const error = child.spawn({
    file: program,
    args: [program, ...words],
    envPairs: Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])),
    stdio: [0, 1, 2].map((fd) => ({ type: 'inherit', fd })),
  })
  if (error === 0) return { kill: (signal) => void child.kill(constants.signals[signal]) }
  failed(new Error(`the system answered ${error}`))
  return undefined
}

function layerBelow(): (new () => Process) | undefined {
  if ('execve' in process || process.versions['bun'] !== undefined || process.platform === 'win32') return undefined
  try {
    const { binding } = process as unknown as { binding(name: string): { readonly Process?: unknown } }
    const { Process } = binding('process_wrap')
    return typeof Process === 'function' ? (Process as new () => Process) : undefined
  } catch {
    return undefined
  }
}
