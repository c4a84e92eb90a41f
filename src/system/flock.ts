import { spawn } from 'node:child_process'
import { parse } from 'node:path'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { childEnvironment } from './child-environment.ts'
import type { Machine } from './machine.ts'
import { userAlong } from './others-home.ts'

/*
 * flock(2), the lock of tools that are written in Rust. Node has no such call. `flock` (util-linux, BusyBox) and `lockf`
 * (macOS) hold the lock while another program runs: here `cat`, which ends with its input.
 */

/** In milliseconds. A person may be using the tool. */
const patience = 10_000

type Place = Pick<Machine, 'env' | 'files' | 'program' | 'userId'>

/**
 * Runs `work` while no other program holds this lock file, which guards `file`. A tool that takes it leaves it there:
 * without the lock file `work` runs at once. So it does where no program can hold the lock, and for root in another user's
 * home, who opens no file there for writing. Waiting longer than `wait`: `timeout`.
 */
export async function whileFlocked<T>(
  machine: Place,
  { file, lock, wait = patience }: { file: string; lock: string; wait?: number },
  work: () => T | Promise<T>,
): Promise<T> {
  const isOurs = userAlong(lock, machine.userId) === undefined
  const command = isOurs && machine.files.exists(lock) ? holding(machine, lock) : undefined
  if (command === undefined) return work()
  const holder = await hold(command, machine, wait)
  if (holder === 'timeout') {
    throw new Failure('timeout', `another program is writing ${file}`, { hints: [hint`wait until it ends`] })
  }
  if (holder === 'failed') throw new Failure('unavailable', `${lock} cannot be locked`)
  try {
    return await work()
  } finally {
    await holder.release()
  }
}

type Command = readonly [program: string, ...words: string[]]

function holding({ program }: Place, lock: string): Command | undefined {
  const [cat, flock, lockf] = ['cat', 'flock', 'lockf'].map((name) => program(name))
  if (cat === undefined) return undefined
  if (flock !== undefined) return [flock, '-x', lock, cat]
  return lockf === undefined ? undefined : [lockf, '-k', lock, cat]
}

interface Holder {
  release(): Promise<void>
}

async function hold(
  [program, ...words]: Command,
  { env }: Place,
  wait: number,
): Promise<Holder | 'timeout' | 'failed'> {
  const child = spawn(program, words, { cwd: parse(program).root, env: childEnvironment(env), windowsHide: true })
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => resolve())
    child.on('error', () => resolve())
  })
  const outcome = new Promise<'held' | 'failed'>((resolve) => {
    // `cat` starts, and returns the line, only when the lock is held.
    child.stdout.on('data', () => resolve('held'))
    void ended.then(() => resolve('failed'))
  })
  child.stderr.resume()
  child.stdin.on('error', () => {})
  child.stdin.write('\n')
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    child.kill('SIGKILL')
  }, wait)
  const isHeld = (await outcome) === 'held'
  clearTimeout(timer)
  if (!isHeld) return isLate ? 'timeout' : 'failed'
  return {
    release() {
      child.stdin.end()
      return ended
    },
  }
}
