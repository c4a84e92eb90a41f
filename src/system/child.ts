import { spawn } from 'node:child_process'
import { isAbsolute, parse } from 'node:path'
import { Failure } from '../core/failure.ts'
import { childEnvironment, type Environment } from './child-environment.ts'

/** How a program of somebody else's was run and what came of it. */
export interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

export interface RunOptions {
  /** What it reads from standard input; secrets go this way only. */
  readonly input?: string
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds; 10 seconds unless said. */
  readonly limit?: number
}

/**
 * Runs a program by its absolute path: no shell, words as a list, input by standard input, in the root folder, so that
 * nothing in the working directory is found or read. Too slow is `timeout`, not startable `unavailable`; any exit code is
 * an answer.
 */
export type Run = (program: string, words: readonly string[], options?: RunOptions) => Promise<Ran>

const mostOutput = 16 * 1024 * 1024

/** Runs programs with this environment. */
export function runnerIn(environment: Environment): Run {
  return (program, words, options = {}) => {
    if (!isAbsolute(program)) throw new Failure('internal', 'a program must be named by its absolute path')
    return new Promise((resolve, reject) => {
      const child = spawn(program, words, {
        cwd: parse(program).root,
        env: childEnvironment(environment, options.env),
        windowsHide: true,
      })
      const failed = (code: 'timeout' | 'unavailable', what: string) => {
        child.kill('SIGKILL')
        // What it started may live on and hold its streams: that must not keep us alive.
        for (const stream of child.stdio) stream?.destroy()
        reject(new Failure(code, `${program} ${what}`))
      }
      const timer = setTimeout(() => failed('timeout', 'did not answer in time'), options.limit ?? 10_000)
      const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => {
        const chunks: Buffer[] = []
        let size = 0
        stream.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > mostOutput) failed('unavailable', 'writes without end')
          else chunks.push(chunk)
        })
        return () => Buffer.concat(chunks).toString('utf8')
      })
      child.stdin.on('error', () => {})
      child.stdin.end(options.input ?? '')
      child.on('error', () => {
        clearTimeout(timer)
        failed('unavailable', 'cannot be started')
      })
      child.on('close', (code) => {
        clearTimeout(timer)
        resolve({ stdout: stdout?.() ?? '', stderr: stderr?.() ?? '', exitCode: code ?? 128 })
      })
    })
  }
}
