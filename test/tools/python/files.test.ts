import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blockIn, withBlock, withoutBlock } from '../../../src/tools/block.ts'
import { readIni, withOption, withoutOption } from '../../../src/tools/python/plain/ini.ts'

const line = fc.stringMatching(/^[a-z[\]=:# \t"-]{0,20}$/)
const ending = fc.constantFrom('\n', '\r\n')
const text = fc.tuple(fc.array(line), ending).map(([lines, ending]) => lines.join(ending))

describe('our lines in a file of somebody else', () => {
  test('without them the file is as it was', () => {
    fc.assert(
      fc.property(text, fc.nat(30), fc.array(line), fc.func(fc.boolean()), (before, at, ours, contradicts) => {
        const after = withBlock(before, at, ours, (_, index) => contradicts(index))
        expect(blockIn(after)).toEqual(ours)
        expect(withoutBlock(after)).toBe(before)
      }),
    )
  })

  test('they end as the lines of the file do, and are found where an editor made it so', () => {
    const unix = withBlock('a\nb\n', 1, ['ours'], () => false)
    const windows = withBlock('a\r\nb\r\n', 1, ['ours'], () => false)
    expect(windows).toBe(unix.replaceAll('\n', '\r\n'))
    expect(blockIn(windows)).toEqual(['ours'])
    expect(withoutBlock(windows)).toBe('a\r\nb\r\n')
  })

  test('a file without them stays as it is', () => {
    fc.assert(fc.property(text, (before) => void expect(withoutBlock(before)).toBe(before)))
    expect(blockIn('# credbridge: end\n# credbridge: begin\n')).toBeUndefined()
  })
})

describe("configparser's files", () => {
  test('sections, both separators, values over several lines, comments', () => {
    const read = readIni(
      '; c\nlost = 1\n[a b]\nKey = one = two\nother: x\n  y\n\n  z\n# c\nempty =\n[c]\nno value\n  rest\nk=v',
    )
    expect(read.map(({ section, name, value }) => [section, name, value])).toEqual([
      ['', 'lost', ['1']],
      ['a b', 'key', ['one = two']],
      ['a b', 'other', ['x', 'y', 'z']],
      ['a b', 'empty', []],
      ['c', 'k', ['v']],
    ])
  })

  test('an option goes with all its lines, and no other does', () => {
    const before = '[a]\nx = 1\ny =\n  2\n  3\nz = 4\n[b]\ny = 5\n'
    expect(withoutOption(before, 'a', 'y')).toBe('[a]\nx = 1\nz = 4\n[b]\ny = 5\n')
    expect(withoutOption(before, 'b', 'x')).toBe(before)
  })

  test('an option comes into its section, an existing one stays', () => {
    expect(withOption('[a]\nx = 1\n', 'a', 'y', '2')).toBe('[a]\ny = 2\nx = 1\n')
    expect(withOption('[a]\nx = 1\n', 'a', 'x', '2')).toBe('[a]\nx = 1\n')
    expect(withOption('[a]', 'b', 'x', '2')).toBe('[a]\n[b]\nx = 2\n')
    expect(withOption('', 'b', 'x', '2')).toBe('[b]\nx = 2\n')
  })
})
