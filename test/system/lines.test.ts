import { describe, expect, test } from 'vitest'
import { isFailure } from '../../src/core/failure.ts'
import { inputReader } from '../../src/engine/input-reader.ts'
import { linesIn, longestLine } from '../../src/system/lines.ts'

/** The input, and the expected lines or failure. */
const table: readonly (readonly [what: string, input: string | Uint8Array, lines: readonly string[] | 'malformed'])[] =
  [
    ['nothing', '', []],
    ['one line', 'a=b\n', ['a=b']],
    ['the end of the input ends the last line', 'a=b\nc=d', ['a=b', 'c=d']],
    ['one CR before LF is dropped', 'a=b\r\nc=d\r\n', ['a=b', 'c=d']],
    ['an empty line is a line', 'a\n\r\nb\n', ['a', '', 'b']],
    ['a second CR before LF', 'a=b\r\r\n', 'malformed'],
    ['a CR inside a line', 'username=\rhost=github.com\r@x\n', 'malformed'],
    ['a CR at the end of the input', 'a=b\r', 'malformed'],
    ['a NUL', 'a=\0b\n', 'malformed'],
    ['invalid UTF-8', Uint8Array.of(0x61, 0x3d, 0xff, 0x0a), 'malformed'],
    ['UTF-8 cut at the end', Uint8Array.of(0x61, 0x3d, 0xe2, 0x82), 'malformed'],
    ['a surrogate written as UTF-8', Uint8Array.of(0x61, 0xed, 0xa0, 0x80, 0x0a), 'malformed'],
    [
      'characters that other readers treat as line ends',
      'a=\u2028b\u2029c\u0085d\vf\fg\n',
      ['a=\u2028b\u2029c\u0085d\vf\fg'],
    ],
    ['a byte order mark is text', '\uFEFFa=b\n', ['\uFEFFa=b']],
    ['spaces are kept', ' a = b \n', [' a = b ']],
    ['all planes', 'a=ä€😀\n', ['a=ä€😀']],
    ['the longest line', `${'x'.repeat(longestLine)}\n`, ['x'.repeat(longestLine)]],
    ['one byte more', `${'x'.repeat(longestLine + 1)}\n`, 'malformed'],
    ['one byte more without an end', 'x'.repeat(longestLine + 1), 'malformed'],
    ['length is counted in bytes', `${'ä'.repeat(longestLine / 2 + 1)}\n`, 'malformed'],
  ]

const bytesOf = (input: string | Uint8Array) => (typeof input === 'string' ? Buffer.from(input) : input)

async function outcome(read: () => Promise<readonly string[]> | readonly string[]) {
  try {
    return await read()
  } catch (error) {
    if (isFailure(error)) return error.code
    throw error
  }
}

/** As a dialect of many requests reads them. */
async function readOneByOne(bytes: Uint8Array, pieces: number): Promise<readonly string[]> {
  const size = Math.ceil(bytes.length / Math.min(pieces, 1000))
  const chunks = Array.from({ length: Math.min(pieces, 1000) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
  const unread = chunks.filter(({ length }) => length > 0)
  const reader = inputReader({ next: async () => unread.shift(), isTerminal: async () => false })
  const lines: string[] = []
  for (;;) {
    const line = await reader.line(longestLine)
    if (line === undefined) return lines
    lines.push(line)
  }
}

describe.each(table)('%s', (_what, input, lines) => {
  const bytes = bytesOf(input)

  test('as lines', async () => {
    expect(await outcome(() => linesIn(bytes))).toEqual(lines)
  })

  test.each([1, 2, bytes.length])('as lines read one after the other, from %i pieces', async (pieces) => {
    expect(await outcome(() => readOneByOne(bytes, pieces))).toEqual(lines)
  })
})

test('no failure repeats the input', async () => {
  const sentinel = 'hunter2-sentinel'
  for (const input of [`password=${sentinel}\rx\n`, `${sentinel}\0\n`, `password=${sentinel.repeat(5000)}\n`]) {
    const error = await Promise.resolve()
      .then(() => linesIn(Buffer.from(input)))
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
    expect(isFailure(error)).toBe(true)
    expect(String(error) + JSON.stringify(error)).not.toContain(sentinel)
  }
})
