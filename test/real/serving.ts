import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A running `credbridge serve`. */
export interface Served {
  readonly socket: string
  readonly pid: number
  /** What it has said so far. */
  said(): string
  /** Ends it as Ctrl-C does; gives the signal that ended it. */
  end(): Promise<NodeJS.Signals | null>
}

/** The words of a grant, without questions unless they say when to ask: nobody sits at a test. */
export function unasked(words: readonly string[]): readonly string[] {
  return words.includes('--allow') && !words.includes('--ask') ? ['--ask', 'never', ...words] : words
}

/** Starts `credbridge serve` with these words of a grant and returns when it serves. Ends with the test. */
export function startServe(env: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<Served> {
  return startServeAs(['credbridge'], env, ...words)
}

/** The same by a program that becomes `credbridge`, such as setpriv. */
export async function startServeAs(
  [program, ...before]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  ...words: readonly string[]
): Promise<Served> {
  const socket = join(env['HOME'] ?? '', 'sockets', `${words.length}-${Math.random().toString(36).slice(2)}.sock`)
  const child = spawn(program, [...before, 'serve', '--socket', socket, ...unasked(words)], {
    env,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  const ended = once(child, 'close')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString()
      if (said.includes('serving at ')) resolve()
    })
    child.on('error', reject)
    child.on('close', () => reject(new Error(`credbridge serve ended: ${said}`)))
  })
  return {
    socket,
    pid: child.pid ?? 0,
    said: () => said,
    async end() {
      child.kill('SIGINT')
      const [, signal] = await ended
      return signal
    },
  }
}

/** The environment of another machine, with a home of its own, that has nothing but the socket. */
export function farSide(env: Readonly<Record<string, string>>, socket: string): Record<string, string> {
  const home = join(env['HOME'] ?? '', 'far')
  mkdirSync(home, { recursive: true })
  return { PATH: env['PATH'] ?? '', HOME: home, CREDBRIDGE_STORE: `remote:${socket}` }
}
