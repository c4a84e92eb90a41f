import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { parse } from 'smol-toml'
import { expect, onTestFinished, test } from 'vitest'
import { envFileSettings } from '../../../src/tools/guard/env-file.ts'
import { yamlSettings } from '../../../src/tools/guard/yaml.ts'
import { needs } from '../../real/require.ts'
import { run } from '../../real/run.ts'

/*
 * A file that we take for harmless must say the same to its manager. Thousands of made-up files are read by both: what
 * we read, the manager reads alike or not at all.
 */

const clients = join(import.meta.dirname, '..', '..', '..', '.cache', 'npm-clients')
const program = (client: string, name: string) => join(clients, client, 'node_modules', '.bin', name)
const isThere = existsSync(join(clients, 'bun', 'made'))

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'cb-readers-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

/** What a program makes of texts that it reads from one file; what it writes into another are their values or null. */
async function readBy(texts: readonly string[], read: (from: string, to: string) => Promise<unknown>) {
  const made = folder()
  const [from, to] = [join(made, 'from.json'), join(made, 'to.json')]
  writeFileSync(from, JSON.stringify(texts))
  await read(from, to)
  return JSON.parse(readFileSync(to, 'utf8')) as readonly unknown[]
}

const words = ['npmAuthToken', 'a', 'b c', 'true', 'false', 'null', '~', '1', 'x: y', '${A}', 'http://h:1/p', '']
const signs = [
  ':',
  ': ',
  ' ',
  '  ',
  '\n',
  '\n  ',
  '\n    ',
  '- ',
  '"',
  "'",
  '#',
  ' #',
  '{',
  '}',
  '[',
  ']',
  ',',
  '&a ',
  '*a',
]
const rare = [
  '|\n',
  '>-\n',
  '!!str ',
  '!x ',
  '<<: ',
  '? ',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '\t',
  '\\x24',
  '\\\n',
  '\r\n',
  '\u0085',
  '\u2028',
]

needs('the managers of packages (.ci/npm-clients)', isThere)('read as the managers read', () => {
  test('YAML, by Yarn', { timeout: 60_000 }, async () => {
    const piece = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...words, ...signs) }, fc.constantFrom(...rare))
    const line = fc
      .tuple(fc.constantFrom(...words), fc.array(piece, { maxLength: 6 }))
      .map(([key, rest]) => `${key}: ${rest.join('')}`)
    const text = fc.array(
      fc.oneof(
        line,
        fc.array(piece, { maxLength: 8 }).map((all) => all.join('')),
      ),
      { maxLength: 4 },
    )
    const texts = [...known, ...fc.sample(text, { numRuns: 8_000, seed: 1 }).map((lines) => lines.join('\n'))]
    const theirs = await readBy(texts, async (from, to) => {
      const made = folder()
      writeFileSync(join(made, 'package.json'), '{}')
      writeFileSync(join(made, 'yarn.lock'), '')
      writeFileSync(join(made, 'plugin.cjs'), parsing)
      const env = { HOME: made, PATH: process.env['PATH'], YARN_PLUGINS: join(made, 'plugin.cjs') }
      await run(program('yarn', 'yarn'), ['parse-all', from, to], { cwd: made, env })
    })
    const ours = texts.map((one) => asObject(() => yamlSettings({ file: 'f', text: one })))
    compare(texts, ours, theirs, 1000)
  })

  test('TOML, by Bun', async () => {
    const piece = fc.constantFrom(
      ...['install', 'registry', 'scopes', 'a', '"b c"', "'d'", '=', ' = ', '.', '\n', '[', ']', '[[', ']]'],
      ...[
        '{ ',
        ' }',
        ', ',
        '"x"',
        "'y'",
        'true',
        'false',
        '1',
        '1.5',
        '"""',
        "'''",
        '# c',
        '\\u0024',
        '\\n',
        '\t',
        '-',
        '_1',
        'inf',
        '1979-05-27',
      ],
    )
    const pair = fc.tuple(
      fc.constantFrom('a', 'b', '"c d"', 'e.f', 'registry'),
      fc.array(piece, { minLength: 1, maxLength: 3 }),
    )
    const line = fc.oneof(
      pair.map(([key, value]) => `${key} = ${value.join('')}`),
      fc.constantFrom('[install]', '[install.scopes]', '[a]', '[[b]]', '# c', 'a = { url = "x", token = "y" }'),
      fc.array(piece, { maxLength: 5 }).map((all) => all.join('')),
    )
    const texts = fc
      .sample(fc.array(line, { maxLength: 4 }), { numRuns: 8_000, seed: 1 })
      .map((lines) => lines.join('\n'))
    const theirs = await readBy(texts, async (from, to) => {
      await run(program('bun', 'bun'), ['-e', tomlByBun], { env: { FROM: from, TO: to, HOME: folder() } })
    })
    const ours = texts.map((one) => asPlain(() => parse(one)))
    compare(texts, ours, theirs, 1000)
  })

  test('variables, by Bun', { timeout: 60_000 }, async () => {
    const piece = fc.constantFrom(
      'A',
      'B_C',
      'LD_PRELOAD',
      '=',
      ' = ',
      ': ',
      '"',
      "'",
      '`',
      '#',
      ' ',
      '\n',
      '\r\n',
      '\t',
      'export ',
      'x',
      '$A',
      '\\n',
      ';',
      '\ufeff',
    )
    const texts = fc.sample(fc.array(piece, { maxLength: 12 }), { numRuns: 300, seed: 2 }).map((all) => all.join(''))
    const missed: unknown[] = []
    for (const text of texts) {
      const made = folder()
      writeFileSync(join(made, '.env'), text)
      const { stdout } = await run(program('bun', 'bun'), ['-e', 'console.log(JSON.stringify(process.env))'], {
        cwd: made,
        env: { HOME: made },
      })
      const names = Object.keys(JSON.parse(stdout) as object).filter((name) => name !== 'HOME')
      const ours = envFileSettings({ file: 'f', text }).map(({ key }) => key)
      missed.push(...names.filter((name) => !ours.includes(name)).map((name) => [name, text]))
    }
    expect(missed).toEqual([])
  })
})

/** What was found once to be read in two ways. */
const known = [
  'a: b # c\u0085npmAuthToken: x',
  'a: b\u2028npmAuthToken: x',
  'a: "x\\x24{A}"',
  'a:\n- b\n- c',
  'a: &x b\nc: *x',
]

function compare(texts: readonly string[], ours: readonly unknown[], theirs: readonly unknown[], least: number): void {
  const accepted = texts
    .map((text, at) => ({ text, ours: ours[at], theirs: theirs[at] }))
    .filter((one) => one.ours !== null)
  expect(accepted.length).toBeGreaterThan(least)
  const differing = accepted.filter(
    (one) => one.theirs !== null && JSON.stringify(one.ours) !== JSON.stringify(one.theirs),
  )
  expect(differing.slice(0, 5)).toEqual([])
}

function asObject(read: () => readonly { key: string; value: unknown }[]): unknown {
  return asPlain(() => Object.fromEntries(read().map(({ key, value }) => [key, value])))
}

/** `null` for what cannot be read. */
function asPlain(read: () => unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(read(), (_, value: unknown) => (value === null ? '' : value)))
  } catch {
    return null
  }
}

const parsing = `module.exports = { name: 'parsing', factory: (require) => {
  const { BaseCommand } = require('@yarnpkg/cli')
  const { parseSyml } = require('@yarnpkg/parsers')
  const { Option } = require('clipanion')
  const { readFileSync, writeFileSync } = require('fs')
  const read = (text) => { try { return JSON.parse(JSON.stringify(parseSyml(text), (_, value) => value === null ? '' : value)) } catch { return null } }
  class Parse extends BaseCommand {
    static paths = [['parse-all']]
    from = Option.String()
    to = Option.String()
    async execute() {
      writeFileSync(this.to, JSON.stringify(JSON.parse(readFileSync(this.from, 'utf8')).map(read)))
    }
  }
  return { commands: [Parse] }
} }
`

const tomlByBun = `
const texts = await Bun.file(process.env.FROM).json()
const read = (text) => { try { return JSON.parse(JSON.stringify(Bun.TOML.parse(text))) } catch { return null } }
await Bun.write(process.env.TO, JSON.stringify(texts.map(read)))
`
