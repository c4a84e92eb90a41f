import { spawn } from 'node:child_process'
import { isAbsolute, parse } from 'node:path'
import { Failure } from '../core/failure.ts'
import type { Ran, Run, RunOptions } from '../core/program.ts'
import { childEnvironment } from './child-environment.ts'
import type { Environment } from './machine.ts'

const mostOutput = 16 * 1024 * 1024

/** Runs programs as `run` does, with this environment and what each call adds to it. */
export function runIn(env: Environment): Run {
  return (program, words, options) => run(env, program, words, options)
}

/**
 * Runs a program named by its absolute path: no shell, words as a list, input by standard input, in the root folder, so
 * that nothing in the working directory is found or read. Too slow is `timeout`, not startable `unavailable`.
 */
function run(from: Environment, program: string, words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  if (!isAbsolute(program)) throw new Failure('internal', 'a program must be named by its absolute path')
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd: parse(program).root,
      env: childEnvironment(from, options.env),
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
