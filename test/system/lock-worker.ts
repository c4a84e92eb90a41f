import { readFileSync, readSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { asFailure } from '../../src/core/failure.ts'
import { withLock } from '../../src/system/lock.ts'

/*
 * A process that takes the lock `it` in a folder. `hold` prints `held`, waits for a line, and repeats that until the line
 * is `end`; `count` increments a number in a file, which is only safe under a lock; `once` appends to a log.
 */

const [, , what = '', folder = '', more = '0'] = process.argv
const place = { folder, name: 'it', userId: process.getuid?.() ?? -1 }
const options = { wait: what === 'count' ? 60_000 : Number(more), busy: 'the worker is busy' }
const say = (line: string) => void writeSync(1, `${line}\n`)

function line(): string {
  const bytes = Buffer.alloc(100)
  return bytes.toString('utf8', 0, readSync(0, bytes)).trim()
}

async function work(): Promise<void> {
  if (what === 'count') {
    const file = join(folder, 'number')
    for (let left = Number(more); left > 0; left--) {
      await withLock(place, options, async () => {
        const before = Number(readFileSync(file, 'utf8'))
        await new Promise((resolve) => setImmediate(resolve))
        writeFileSync(file, String(before + 1))
      })
    }
  } else if (what === 'hold') {
    await withLock(place, options, (lock) => {
      for (say('held'); line() !== 'end'; say('still held')) lock.stillHeld()
    })
  } else {
    await withLock(place, options, () => {
      writeFileSync(join(folder, 'log'), 'in')
      writeFileSync(join(folder, 'log'), 'out')
    })
  }
}

work().then(
  () => say('done'),
  (error: unknown) => say(`${asFailure(error).code}: ${asFailure(error).message}`),
)
