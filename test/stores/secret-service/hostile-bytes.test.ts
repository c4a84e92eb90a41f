import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isFailure } from '../../../src/core/failure.ts'
import { inputOf, outputOf } from '../../../src/dbus/bytes.ts'
import { incoming } from '../../../src/dbus/incoming.ts'
import { lengthOf, readBody, readMessage } from '../../../src/dbus/message.ts'
import { print, read, type Value } from '../../../src/dbus/value.ts'
import { received, receivedStream } from './recorded.ts'

const empty = Buffer.alloc(0)

describe('hostile bytes are malformed', () => {
  const values: readonly [string, string, string][] = [
    ['a text that goes beyond the end', 's', 'ffffff7f 6100'],
    ['a text without its NUL', 's', '01000000 6161'],
    ['a text with a NUL inside', 's', '03000000 61006100'],
    ['a text that is not UTF-8', 's', '02000000 c32800'],
    ['an overlong text', 's', '02000000 c08000'],
    ['a signature that goes beyond the end', 'g', 'ff 73 00'],
    ['bytes that go beyond the end', 'ay', '10000000 00'],
    ['a length that ends early', 'ay', '1000'],
    ['an array that goes beyond the end', 'ao', '00010000'],
    ['an array whose elements do not fill it', 'au', '06000000 01000000 02000000'],
    ['an endless array of nothing', 'a()', '10000000 00000000 0000000000000000 0000000000000000'],
    ['a struct of nothing', '()', '0000000000000000'],
    ['padding that is not zero', 'yu', '01ff0000 01000000'],
    ['a boolean that is none', 'b', '02000000'],
    ['a variant of no type', 'v', '000000000000'],
    ['a variant of two types', 'v', '02797900 0102'],
    ['a variant of half a type', 'v', '016100 00 00000000 00000000'],
    ['a variant of an open struct', 'v', '02287900 0000000001'],
    ['a variant of an unknown type', 'v', '017a00 00 00000000'],
    ['a variant of a file', 'v', '016800 00 00000000'],
    ['variants within variants', 'v', `${'017600'.repeat(100)}017900 01`],
    ['arrays within arrays', 'v', arraysWithinArrays(80)],
  ]
  test.each(values)('%s', (_, signature, bytes) => {
    expect(failureIn(() => read(inputOf(hex(bytes), true), signature))).toBe('malformed')
  })

  test('an array of millions', () => {
    const millions = Buffer.alloc(4 + 16_000_000)
    millions.writeUInt32LE(16_000_000)
    expect(failureIn(() => read(inputOf(millions, true), 'au'))).toBe('malformed')
    expect(failureIn(() => read(inputOf(millions, true), 'ay'))).not.toBe('malformed')
  })

  const messages: readonly [string, string][] = [
    ['no byte order', '00020001 00000000 01000000 00000000'],
    ['another version', '6c020002 00000000 01000000 00000000'],
    ['a body of 4 GB', '6c020001 ffffffff 01000000 00000000'],
    ['a header of 4 GB', '6c020001 00000000 01000000 ffffffff'],
    ['a body of 17 MB', '6c020001 00000001 01000000 00000001'],
    ['a header field of another type', '6c020001 00000000 01000000 08000000 05016900 01000000'],
    ['a header field that goes beyond the header', '6c020001 00000000 01000000 08000000 01016f00 40000000'],
    ['a header that ends within a field', '6c020001 00000000 01000000 03000000 05017500 00000000'],
  ]
  test.each(messages)('%s', (_, bytes) => {
    const outcome = failureIn(() => {
      const whole = hex(bytes)
      readMessage(whole.subarray(0, lengthOf(whole)))
    })
    expect(outcome).toBe('malformed')
  })

  test('but a header field of an unknown code is skipped', () => {
    const { body, ...head } = readMessage(hex('6c020001 00000000 01000000 08000000 09017500 07000000'))
    expect(head).toEqual({ type: 'reply', serial: 1 })
  })

  test('a reply of other types, or with more than it should have', () => {
    const [, , bytes] = received
    const message = readMessage(bytes ?? empty)
    expect(failureIn(() => readBody(message, 'oo'))).toBe('malformed')
    expect(failureIn(() => readBody({ ...message, signature: '' }, ''))).toBe('malformed')
  })

  test('whatever is changed in a recording: it is read, or malformed, or waited for', () => {
    const change = fc.record({ at: fc.nat(receivedStream.length - 1), to: fc.integer({ min: 0, max: 255 }) })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const bytes = Buffer.from(receivedStream)
        for (const { at, to } of changes) bytes[at] = to
        const feed = incoming((message) => read({ ...message.body }, message.signature ?? ''))
        expect([undefined, 'malformed', 'refused']).toContain(failureIn(() => feed(bytes)))
      }),
      { numRuns: 2_000 },
    )
  })
})

/** A variant of so many arrays, each the only element of the one around it. */
function arraysWithinArrays(depth: number): string {
  const out = outputOf(16)
  print(out, 'v', [{ type: `${'a'.repeat(depth)}y`, value: nested(depth) }])
  return out.bytes.toString('hex', 0, out.at)
}

function nested(depth: number): Value {
  return depth === 1 ? empty : [nested(depth - 1)]
}

function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(' ', ''), 'hex')
}

function failureIn(work: () => void): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (isFailure(error)) return error.code
    throw error
  }
}
