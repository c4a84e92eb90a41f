import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inputOf, outputOf } from '../../../src/dbus/bytes.ts'
import { print, read, type Value } from '../../../src/dbus/value.ts'

test('any value comes back as it was printed', () => {
  fc.assert(
    fc.property(anyTyped, ({ type, value }) => {
      const out = outputOf(1)
      print(out, `y${type}`, [7, value])
      expect(read(inputOf(Buffer.from(out.bytes.subarray(0, out.at)), true), `y${type}`)).toEqual([7, value])
    }),
  )
})

const basic = fc.oneof(
  typed('y', fc.integer({ min: 0, max: 255 })),
  typed('n', fc.integer({ min: -32_768, max: 32_767 })),
  typed('q', fc.integer({ min: 0, max: 65_535 })),
  typed('i', fc.integer()),
  typed('u', fc.integer({ min: 0, max: 4_294_967_295 })),
  typed('x', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  typed('t', fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  typed('d', fc.double({ noNaN: true })),
  typed('b', fc.boolean()),
  typed(
    's',
    fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
  ),
  typed('g', fc.constantFrom('', 's', 'a{sv}')),
  typed('ay', fc.uint8Array().map(Buffer.from)),
)

const anyTyped = fc.letrec<{ value: { type: string; value: Value } }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    basic,
    tie('value').map((value) => ({ type: 'v', value })),
    fc.array(tie('value'), { minLength: 1, maxLength: 3 }).map((members) => ({
      type: `(${members.map(({ type }) => type).join('')})`,
      value: members.map(({ value }) => value),
    })),
    tie('value').chain((one) =>
      fc.nat(3).map((count) => ({
        type: one.type === 'y' ? 'au' : `a${one.type}`,
        value: Array.from({ length: count }, () => (one.type === 'y' ? 1 : one.value)),
      })),
    ),
    tie('value').map(({ type, value }) => ({ type: `a{s${type}}`, value: new Map([['key', value]]) })),
  ),
})).value

function typed<T extends Value>(type: string, values: fc.Arbitrary<T>): fc.Arbitrary<{ type: string; value: Value }> {
  return values.map((value) => ({ type, value }))
}
