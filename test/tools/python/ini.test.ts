import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readIni, withOption, withoutOption } from '../../../src/tools/python/plain/ini.ts'
import { needsPrograms } from '../../real/require.ts'

/*
 * Over thousands of files our reading is that of Python's own configparser, where that takes the file at all; and what we
 * change in them it reads as meant.
 */

const blank = fc.constantFrom('', '', ' ', '  ', '\t', '    ')
const word = fc.constantFrom('a', 'b', 'password', 'User Name', 'x y', 'é')
const value = fc.constantFrom('', '1', 'p=ss:w', '[not a section]', '# no comment', 'two words', '%(x)s', 'é ;')
const line = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(blank, word, fc.constantFrom('=', ' = ', ':', ': '), value).map((it) => it.join('')),
  },
  { weight: 3, arbitrary: fc.tuple(blank, value).map((it) => it.join('')) },
  {
    weight: 3,
    arbitrary: fc.tuple(blank, fc.constantFrom('[a]', '[b]', '[a]b]', '[a] x', '[ ]')).map((it) => it.join('')),
  },
  { weight: 1, arbitrary: fc.tuple(blank, fc.constantFrom('# c', '; c', '', '#')).map((it) => it.join('')) },
)
const file = fc
  .array(line, { maxLength: 12 })
  .map((lines) => ['[a]', ...lines].join('\n'))
  .chain((text) => fc.constantFrom(text, `${text}\n`))

/** What configparser reads in each: values by section and name; null where it takes the file for broken. */
const reading = `
import configparser, json, sys
def read(text):
    parser = configparser.RawConfigParser(default_section="no such section")
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    return {section: {name: value.split("\\n") for name, value in parser.items(section)} for section in parser.sections()}
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
`

type Values = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

function asPythonReads(texts: readonly string[]): readonly (Values | null)[] {
  const input = JSON.stringify(texts)
  return JSON.parse(execFileSync('python3', ['-c', reading], { input, encoding: 'utf8', maxBuffer: 1e9 }))
}

/** Without the empty lines that configparser keeps in values. */
function flat(values: Values): string[] {
  return Object.entries(values)
    .flatMap(([section, options]) =>
      Object.entries(options).map(([name, lines]) =>
        JSON.stringify([section, name, lines.map((one) => one.trim()).filter((one) => one !== '')]),
      ),
    )
    .sort()
}

function asWeRead(text: string): string[] {
  return readIni(text)
    .map(({ section, name, value: lines }) => JSON.stringify([section, name, lines]))
    .sort()
}

needsPrograms('python3')('files of Python’s configparser', () => {
  const texts = fc.sample(file, 5000)
  const theirs = asPythonReads(texts)
  const sound = texts.flatMap((text, at) => {
    const values = theirs[at]
    return values === undefined || values === null ? [] : [{ text, values }]
  })

  test('are read as it reads them', () => {
    expect(sound.length).toBeGreaterThan(500)
    for (const { text, values } of sound) expect({ text, read: asWeRead(text) }).toEqual({ text, read: flat(values) })
  })

  test('an option that we take out is gone for it, and no other', () => {
    const cases = sound.flatMap(({ text, values }) =>
      readIni(text)
        .slice(0, 2)
        .map(({ section, name }) => ({ text, values, section, name })),
    )
    const after = asPythonReads(cases.map(({ text, section, name }) => withoutOption(text, section, name)))
    for (const [at, { text, values, section, name }] of cases.entries()) {
      const { [name]: _, ...others } = values[section] ?? {}
      expect({ text, read: flat(after[at] ?? {}) }).toEqual({ text, read: flat({ ...values, [section]: others }) })
    }
  })

  test('an option that we put in is there for it, and all others stay', () => {
    const after = asPythonReads(sound.map(({ text }) => withOption(text, 'b', 'ours', 's3cret')))
    for (const [at, { text, values }] of sound.entries()) {
      const meant = { ...values, b: { ...values['b'], ours: ['s3cret'] } }
      expect({ text, read: flat(after[at] ?? {}) }).toEqual({ text, read: flat(meant) })
    }
  })
})
