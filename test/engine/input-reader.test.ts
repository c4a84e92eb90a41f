import { expect, test } from 'vitest'
import { inputReader } from '../../src/engine/input-reader.ts'

/** An input without an end, and how often it was read. */
function endless(chunk: string) {
  let reads = 0
  const next = async () => {
    reads += 1
    if (reads > 100) throw new Error('it reads on')
    return Buffer.from(chunk)
  }
  return { reader: inputReader({ isTerminal: async () => false, next }), reads: () => reads }
}

test('a message that is too large is refused as soon as it is', async () => {
  const { reader, reads } = endless('12345')
  await expect(reader.message({ atMost: 12 })).rejects.toMatchObject({ code: 'malformed' })
  expect(reads()).toBe(3)
})

test('a line that is too long is refused as soon as it is', async () => {
  const { reader, reads } = endless('12345')
  await expect(reader.line(12)).rejects.toMatchObject({ code: 'malformed' })
  expect(reads()).toBe(3)
})
