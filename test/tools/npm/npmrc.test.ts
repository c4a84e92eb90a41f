import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { variablesIn } from '../../../src/tools/guard/references.ts'
import { expanded, npmrcLines, npmrcText } from '../../../src/tools/npm/npmrc.ts'
import { needs } from '../../real/require.ts'

const settings = (text: string) =>
  Object.fromEntries(
    npmrcLines(text).flatMap(({ setting }) => (setting === undefined ? [] : [[setting.key, setting.value]])),
  )

describe('an npmrc', () => {
  test.each([
    ['a=b', { a: 'b' }],
    [' a = b ', { a: 'b' }],
    ['a', { a: 'true' }],
    ['a=', { a: '' }],
    ['a=b=c', { a: 'b=c' }],
    ['; a=b\n # c=d\nd=e', { d: 'e' }],
    ['a=b;c', { a: 'b' }],
    ['a=b#c', { a: 'b' }],
    ['a=b\\;c\\#d\\\\e', { a: 'b;c#d\\e' }],
    ['a="b;c"', { a: 'b;c' }],
    ["a='b'", { a: 'b' }],
    ['a="\\u0024{x}"', { a: '${x}' }],
    ['"a"=b', { a: 'b' }],
    ['a[]=b', { a: 'b' }],
    // JSON within quotes is a key, too: npm makes a text of it.
    [`'["strict-ssl"]'=false`, { 'strict-ssl': 'false' }],
    ['a=b\r\nc=d', { a: 'b', c: 'd' }],
    // What an editor shows as the end of a comment is a line to npm.
    ['; harmless\r//evil.example.com/:_authToken=x', { '//evil.example.com/:_authToken': 'x' }],
    ['[section]\na=b', {}],
  ])('%j', (text, expected) => {
    expect(settings(text)).toEqual(expected)
  })

  test('is written back as it was, line by line', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '=', '\r', '\n', ';', '"', ' ', '[', ']') }), (text) => {
        expect(npmrcText(npmrcLines(text))).toBe(text)
      }),
    )
  })

  test('lines have the numbers that an editor shows', () => {
    expect(npmrcLines('a\r\nb\n\nc').map(({ number, text }) => [number, text])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, ''],
      [4, 'c'],
    ])
  })
})

describe('variables', () => {
  const env = { A: 'x', EMPTY: '' }
  test.each([
    ['${A}', 'x'],
    ['a${A}b', 'axb'],
    ['${B}', '${B}'],
    ['${B?}', ''],
    ['${EMPTY}', ''],
    ['\\${A}', '${A}'],
    ['\\\\${A}', '\\x'],
    ['$A', '$A'],
  ])('%s', (text, expected) => {
    expect(expanded(text, env)).toBe(expected)
  })

  test('every way to ask for one is seen', () => {
    const text = '${A} x${npm_config_//h/:_authToken?} $B "$C" ${D-e} ${E:-${F}} ${G-H}'
    const names = ['A', 'npm_config_//h/:_authToken', 'B', 'C', 'D', 'E', 'F', 'G', 'G-H']
    expect(variablesIn(text)).toEqual(expect.arrayContaining(names))
  })
})

const clients = join(import.meta.dirname, '..', '..', '..', '.cache', 'npm-clients')
const ofNpm = join(clients, 'npm', 'node_modules', 'npm', 'node_modules')

needs('npm (.ci/npm-clients)', existsSync(ofNpm))("read as npm's own code reads it", () => {
  const require = createRequire(import.meta.url)

  test('lines', () => {
    const ini = require(join(ofNpm, 'ini')) as { parse(text: string): Record<string, unknown> }
    const parsed = (text: string) => {
      try {
        return ini.parse(text)
      } catch {
        return {} // npm ends with an error of its own.
      }
    }
    const pieces = [
      'a',
      'b',
      '=',
      ' ',
      '"',
      "'",
      ';',
      '#',
      '\\',
      '\n',
      '\r',
      '[',
      ']',
      '$',
      '{',
      '}',
      '//h/:_authToken',
      '["a"]',
      '[]',
      'true',
      'null',
      '1',
      '\t',
      '\u00a0',
      '\ufeff',
    ]
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...pieces), maxLength: 24 }), (text) => {
        const theirs = Object.entries(parsed(text)).filter(([, value]) => typeof value !== 'object')
        const ours = settings(text)
        for (const [key, value] of theirs) expect([key, ours[key]]).toEqual([key, String(value)])
      }),
      { numRuns: 20_000 },
    )
  })

  test('variables', () => {
    const replace = require(join(ofNpm, '@npmcli', 'config', 'lib', 'env-replace.js')) as typeof expanded
    const env = { a: 'x', b: '' }
    const unit = fc.constantFrom('a', 'b', 'c', '$', '{', '}', '${a}', '${b?}', '${c?}', '\\', '?')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        expect(expanded(text, env)).toBe(replace(text, env))
      }),
      { numRuns: 5000 },
    )
  })
})
