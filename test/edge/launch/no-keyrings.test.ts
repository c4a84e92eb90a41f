import { describe, expect, test } from 'vitest'
import { withoutKeyrings } from '../../../src/edge/launch/no-keyrings.ts'

/** What the kernel does with a filter: https://www.kernel.org/doc/html/latest/networking/filter.html */
function answer(filter: Uint8Array, architecture: number, number: number): 'allowed' | 'denied' {
  const view = new DataView(filter.buffer)
  let accumulator = 0
  for (let at = 0; ; at++) {
    const [code, value] = [view.getUint16(at * 8, true), view.getUint32(at * 8 + 4, true)]
    if (code === 0x20) accumulator = value === 0 ? number : architecture
    else if (code === 0x54) accumulator = (accumulator & value) >>> 0
    else if (code === 0x15) at += view.getUint8(at * 8 + (accumulator === value ? 2 : 3))
    else if (code === 0x06) return value === 0x7fff0000 ? 'allowed' : 'denied'
    else throw new Error(`the filter has the code ${code}`)
  }
}

const [x64, i386, arm64, arm] = [0xc000003e, 0x40000003, 0xc00000b7, 0x40000028]

describe.each([
  ['x64', x64, [248, 249, 250]],
  ['x64', i386, [286, 287, 288]],
  ['x64', x64, [248, 249, 250].map((number) => number + 0x40000000)],
  ['arm64', arm64, [217, 218, 219]],
  ['arm64', arm, [309, 310, 311]],
])('on %s, programs of architecture %i', (machine, architecture, calls) => {
  test('cannot call add_key, request_key and keyctl, and all else', () => {
    const filter = withoutKeyrings(machine)
    const all = Array.from({ length: 500 }, (_, number) => number + (calls[0] as number) - 200)
    const denied = all.filter((number) => answer(filter, architecture, number) === 'denied')
    expect(denied).toEqual(calls)
  })
})

test('programs of an unknown architecture can call nothing, and there is no filter for an unknown machine', () => {
  expect(answer(withoutKeyrings('x64'), arm64, 0)).toBe('denied')
  expect(answer(withoutKeyrings('arm64'), x64, 0)).toBe('denied')
  expect(() => withoutKeyrings('mips')).toThrow('nothing keeps')
})
