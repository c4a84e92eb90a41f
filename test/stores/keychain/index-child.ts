import { readFileSync } from 'node:fs'
import { asFailure } from '../../../src/core/failure.ts'
import { changing } from '../../../src/stores/keychain/change-index.ts'
import { readIndex } from '../../../src/stores/keychain/index-file.ts'

/* Reads an index and writes it again: `{ file }` on standard input, the results on standard output. */

const { file } = JSON.parse(readFileSync(0, 'utf8')) as { file: string }
const userId = process.getuid?.() ?? -1
const place = { file, userId }

async function outcome(work: () => unknown): Promise<string> {
  try {
    await work()
    return 'done'
  } catch (error) {
    const { code, message } = asFailure(error)
    return `${code}: ${message}`
  }
}

const read = await outcome(() => readIndex(place))
const write = await outcome(() => changing(place, async (index) => index.write(index.rows)))
process.stdout.write(JSON.stringify({ userId, read, write }))
