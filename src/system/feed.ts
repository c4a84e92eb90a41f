import { spawn } from 'node:child_process'
import { parse } from 'node:path'
import { Failure } from '../core/failure.ts'
import { childEnvironment } from './child-environment.ts'
import type { Environment } from './machine.ts'

/**
 * Gives a program, named by its absolute path, this text on standard input, and waits until it ends. What it leaves
 * running in the background may go on: nobody reads its output. Any failure: `unavailable`; over ten seconds: `timeout`.
 */
export function feed(from: Environment, program: string, words: readonly string[], input: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = start(from, program, words, false)
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Failure('timeout', `${program} did not answer in time`))
    }, 10_000)
    const failed = () => reject(new Failure('unavailable', `${program} did not take it`))
    child.on('error', () => {
      clearTimeout(timer)
      failed()
    })
    child.on('exit', (code) => {
      clearTimeout(timer)
      if (code === 0) resolve()
      else failed()
    })
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

/**
 * Starts a program that goes on when this process has ended, in a session of its own, with this text on its standard
 * input. Returns when the program has started and the text was handed over. `ended` is settled when it
 * has ended, and does not keep this process alive. `inherited`: descriptors that it has open like this process.
 */
export function feedDetached(
  from: Environment,
  program: string,
  words: readonly string[],
  input: string,
  inherited: readonly number[] = [],
): Promise<{ readonly ended: Promise<void> }> {
  return new Promise((resolve, reject) => {
    const child = start(from, program, words, true, inherited)
    const ended = new Promise<void>((end) => child.on('exit', () => end()))
    child.on('error', () => reject(new Failure('unavailable', `${program} cannot be started`)))
    child.stdin.on('error', () => {
      // A program that is given nothing may have ended before.
      if (input === '') started()
      else reject(new Failure('unavailable', `${program} did not take it`))
    })
    const started = () => {
      if (child.pid === undefined) return
      child.stdin.destroy()
      child.unref?.() // The native host has none, and waits for no child.
      resolve({ ended })
    }
    // Node's stream closes only when the program closes its end; the native host's has no `finish`.
    for (const event of ['finish', 'close']) child.stdin.on(event, started)
    child.stdin.end(input)
  })
}

function start(
  from: Environment,
  program: string,
  words: readonly string[],
  detached: boolean,
  inherited: readonly number[] = [],
) {
  const more = Array.from({ length: Math.max(2, ...inherited) - 2 }, (_, at) => at + 3)
  const stdio = ['pipe', 'ignore', 'ignore', ...more.map((one) => (inherited.includes(one) ? one : 'ignore'))]
  return spawn(program, words, {
    cwd: parse(program).root,
    env: childEnvironment(from),
    stdio: stdio as ['pipe', 'ignore', 'ignore'],
    detached,
    windowsHide: true,
  })
}
