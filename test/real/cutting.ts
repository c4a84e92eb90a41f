import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AtEnd } from './session.ts'

/** Lets a part of each answer through, and holds back the rest until the other end is cut. */
export interface Cutting {
  /** Resolves when a client has got its part of an answer. */
  readonly begun: Promise<void>
}

/**
 * Listens at `path` in place of the socket `behind`, by a program that becomes Node, such as setpriv. `count`: how many bytes
 * of an answer get through.
 */
export async function startCutting(
  [program, ...before]: readonly [string, ...string[]],
  { path, behind, count }: { readonly path: string; readonly behind: string; readonly count: number },
  atEnd: AtEnd,
): Promise<Cutting> {
  const script = `
    const { connect, createServer } = require('node:net')
    const [path, behind, count] = process.argv.slice(1)
    process.umask(0o177)
    createServer((near) => {
      const far = connect(behind)
      let left = Number(count)
      near.pipe(far)
      far.on('data', (bytes) => {
        near.write(bytes.subarray(0, left))
        left = Math.max(0, left - bytes.length)
        if (left === 0) console.log('begun')
      })
      for (const one of [near, far]) one.on('error', () => {})
      far.on('close', () => near.destroy())
    }).listen(path, () => console.log('listening'))`
  const child = spawn(program, [...before, '-e', script, path, behind, `${count}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  atEnd(async () => {
    child.kill('SIGKILL')
    await ended
  })
  let said = ''
  const saying = (word: string) =>
    new Promise<void>((resolve) => {
      child.stdout.on('data', (bytes: Buffer) => {
        said += bytes.toString()
        if (said.includes(word)) resolve()
      })
    })
  const begun = saying('begun')
  await saying('listening')
  return { begun }
}
