import { describe, expect, test } from 'vitest'
import { helperIn, hostsIn, namesIn, withHelper, withoutHelper } from '../../../src/tools/terraform/cli-config.ts'

const block = '# credbridge: begin\ncredentials_helper "credbridge" {}\n# credbridge: end\n'
const other = ['credentials_helper', 'other']

/** A configuration, and the names at its top. */
const texts: readonly (readonly [text: string, names: readonly (readonly string[])[]])[] = [
  ['', []],
  ['\n# credentials_helper "other" {}\n// "x" {}\n/* credentials_helper "other" {\n*/\n', []],
  ['credentials_helper "other" {}\n', [other]],
  ['credentials_helper "other" {\r\n  args = ["--a", "{", "}"] # }\r\n}\r\n', [other]],
  ['"credentials_helper" "other" {}', [other]],
  ['credentials_helper = {\n  other = {}\n}\n', [['credentials_helper']]],
  ['a = "x" b = 1 c = [1, "credentials_helper", {}] d = true\ne { f = -1.5e3 }', [['a'], ['b'], ['c'], ['d'], ['e']]],
  [
    'a = "\\"}{#" # b\nc = "\x24{HOME}/{" d = "\x24{x("credentials_helper {")}" e = "$x\x24{"',
    [['a'], ['c'], ['d'], ['e']],
  ],
  ['a = <<EOF\ncredentials_helper "other" {\nEOF\nb = 1\n', [['a'], ['b']]],
  ['a = <<-X\n  {\n  X\nb = 1', [['a'], ['b']]],
  ['a = 1, b = 2', [['a'], ['b']]],
  ['host "a.example.com" {\n  services = { "modules.v1" = "https://b/" }\n}', [['host', 'a.example.com']]],
  ['{"credentials_helper": {"other": {"args": []}}, "a": 1}', [other, ['a']]],
  [' \n{"credentials_helper": [{"other": {}}]}', [['credentials_helper']]],
]

test.each(texts)('the names at the top of %j', (text, names) => {
  expect(namesIn(text)).toEqual(names)
})

test.each([
  '{',
  'a {',
  'a = {}}',
  'a "b',
  'a',
  'a =',
  '= 1',
  'a = "x\n"',
  '/* a',
  'a ] b {}',
  '{"a": }',
  'a = <<EOF\nb',
])('%j cannot be read', (text) => {
  expect(namesIn(text)).toBeUndefined()
})

test('a text that is long and broken is given up at once', () => {
  expect(namesIn(`a = "${'\x24{b}'.repeat(10_000)}`)).toBeUndefined()
})

test.each([
  ['', undefined],
  ['credentials_helper "credbridge" {}', 'credbridge'],
  ['credentials_helper "other" {}', 'other'],
  ['credentials_helper "credbridge" {}\ncredentials_helper "other" {}', 'other'],
  ['credentials_helper = { credbridge = {} }', ''],
  ['a { credentials_helper "other" {} }', undefined],
])('the helper that %j names', (text, helper) => {
  expect(helperIn(text)).toBe(helper)
})

test('the hosts with tokens of their own', () => {
  expect(hostsIn('credentials "a.example.com" {\n token = "x"\n}\ncredentials_helper "b" {}\n')).toEqual([
    'a.example.com',
  ])
})

describe('our block', () => {
  test.each([
    ['', block],
    ['# mine\n', `# mine\n${block}`],
    ['a = 1', `a = 1\n${block.trimEnd()}`],
    ['a = 1\r\n', `a = 1\r\n${block.replaceAll('\n', '\r\n')}`],
    ['\n', `\n${block}`],
    ['{\n  "a": 1\n}\n', '{\n  "a": 1,\n  "credentials_helper": {\n    "credbridge": {}\n  }\n}\n'],
  ])('in %j, and out again', (before, after) => {
    expect(withHelper(before)).toBe(after)
    expect(withoutHelper(after)).toBe(before)
    expect(withoutHelper(before)).toBe(before)
  })

  test('what was written around it later stays', () => {
    expect(withoutHelper(`a = 1\n${block}b = 2\n`)).toBe('a = 1\nb = 2\n')
    expect(withoutHelper('{"credentials_helper": {"credbridge": {}, "x": {}}}')).toBe(
      '{"credentials_helper": {"x": {}}}',
    )
  })

  test('one that a person wrote stays', () => {
    const text = 'credentials_helper "credbridge" {\n}\n'
    expect(withoutHelper(text)).toBe(text)
  })
})
