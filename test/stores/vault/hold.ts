import fs from 'node:fs'

/** Where a process stops, and waits to be told to go on. The names are those of node:fs, without `Sync`. */
export interface Hold {
  /** It has touched a path like this. */
  readonly after: string
  /** It is about to call one of these. */
  readonly before: readonly string[]
  /** With a path like this, if it matters. */
  readonly at?: string
  /** Once it goes on, it is killed when it is about to call this. */
  readonly killedAt?: string
}

/** Holds this process up once: it says so on descriptor 3, and goes on when its standard input ends. */
export function holdUp({ after, before, at = '', killedAt }: Hold): void {
  let state: 'coming' | 'touched' | 'gone on' = 'coming'
  function pass(name: string, paths: string): void {
    if (state === 'gone on' && name === killedAt) process.kill(process.pid, 'SIGKILL')
    if (state === 'touched' && before.includes(name) && new RegExp(at).test(paths)) {
      state = 'gone on'
      write(3, 'held')
      while (read(0, Buffer.alloc(1)) > 0);
    }
    if (state === 'coming' && new RegExp(after).test(paths)) state = 'touched'
  }

  const { readSync: read, writeSync: write } = fs
  const all = fs as unknown as Record<string, unknown>
  for (const [name, call] of Object.entries(all)) {
    if (typeof call !== 'function' || !name.endsWith('Sync')) continue
    all[name] = (...words: unknown[]) => {
      pass(name.slice(0, -'Sync'.length), words.filter((word) => typeof word === 'string').join('\n'))
      return call.apply(fs, words) as unknown
    }
  }
}
