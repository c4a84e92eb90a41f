import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createBroker } from '../../src/core/broker.ts'
import { parseAddress, serviceName } from '../../src/core/endpoint.ts'
import { Failure } from '../../src/core/failure.ts'
import { formatFailure } from '../../src/core/failure-text.ts'
import { commandBegins, endpointWords, hint, placeWords, saidBy, shellWord } from '../../src/core/hint.ts'
import { Secret } from '../../src/core/secret.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { someone } from '../asker.ts'

const plain = [
  'alice',
  '',
  '$(id)',
  "a'b",
  "a''$(id)",
  '`id`',
  'a b',
  '"',
  '\\',
  'a\\\\b\\',
  '~',
  '-n',
  'a;b',
  '#',
  '*',
]
const words = [...plain, 'ä', '&|<>(){}!', '=ls', '%1', "'", 'https://registry.example.com/$(touch$IFS/x)/']
const controls = [
  'a\nb',
  '\n',
  'a\tb\r',
  '\x1b[31mred',
  '\u0085',
  '\u202egnp.exe',
  "it's\n\\012!",
  'a\u00070',
  '\ud800\n',
]

/** What a shell makes of words, through a terminal: formatted as a person sees them. */
function readBack(shell: string, all: readonly string[]): readonly string[] {
  const shown = formatFailure(new Failure('internal', 'x', { hints: [hint`printf '%s\\0' ${all}`] }))
  const [, command = ''] = shown.trimEnd().split('hint: ')
  return execFileSync(shell, ['-c', command], { encoding: 'utf8' }).split('\0').slice(0, -1)
}

describe('what is put into a hint is the same word to a shell', () => {
  const there = (name: string) => ['/bin', '/usr/bin'].map((folder) => join(folder, name)).find(existsSync)

  test.each(['sh', 'fish'])('%s', (name) => {
    const shell = there(name)
    if (shell !== undefined) expect(readBack(shell, words)).toEqual(words)
  })

  test.each(['bash', 'zsh', 'ksh'])('%s, with control characters', (name) => {
    const shell = there(name)
    if (shell === undefined) return
    expect(readBack(shell, [...words, ...controls])).toEqual([...words, ...controls].map((word) => word.toWellFormed()))
  })

  test('of those that are there', () => {
    expect(['sh', 'bash'].map(there)).not.toContain(undefined)
  })

  test('what needs no quotes has none', () => {
    const usual = ['alice', 'a@example.com', 'https://example.com:8443/a/b%20c', '/home/alice/.npmrc', 'A=b,c']
    expect(usual.map(shellWord)).toEqual(usual)
  })

  test('the escapes of other shells do not end the quotes', () => {
    // fish takes a backslash within single quotes for an escape, PowerShell two quotes for one.
    expect(["a'b", "''$(id)", 'a\\', "a\\'b"].map(shellWord)).toEqual([
      `'a'"'"'b'`,
      `"''"'$(id)'`,
      `'a'\\\\`,
      `'a'\\\\"'"'b'`,
    ])
  })
})

test('what a program says is shown as it is, and moves no cursor', () => {
  const hints = [saidBy('git', "fatal: '$(id)'\x1b[2J")]
  expect(formatFailure(new Failure('refused', 'x', { hints }))).toBe(
    "credbridge: x\nhint: git says: fatal: '$(id)'\ufffd[2J\n",
  )
})

test('an endpoint in a hint is of its own form', () => {
  expect(hint`${endpointWords(parseAddress("https://example.com/a;b'"))}`).toBe(`'https://example.com/a;b'"'"`)
  expect(hint`${endpointWords(serviceName('https://example.com'))}`).toBe('--service https://example.com')
})

test('an account in a hint is no option', () => {
  const endpoint = parseAddress('https://example.com')
  expect(hint`credbridge remove ${placeWords(endpoint, '--all-accounts')}`).toBe(
    'credbridge remove -- https://example.com --all-accounts',
  )
  expect(placeWords(endpoint, undefined)).toEqual(['https://example.com'])
  expect(placeWords(serviceName('-x'), 'alice')).toEqual(['--service', '--', '-x', 'alice'])
})

test('names that a request brought in are no commands in a hint', async () => {
  const store = memoryStore()
  const broker = createBroker({ asker: someone, stores: [store], now: Date.now, recoverHours: 24 })
  const endpoint = parseAddress('https://example.com/$(id)')
  for (const account of ['', '`id`']) {
    await broker.save({ endpoint, account, owner: 'git', kind: 'basic', secret: new Secret('x') })
  }
  await expect(broker.find({ tool: 'docker', kinds: ['basic'], endpoints: [endpoint] })).rejects.toMatchObject({
    code: 'ambiguous',
    hints: [
      "credbridge default 'https://example.com/$(id)' ''",
      "credbridge default 'https://example.com/$(id)' '`id`'",
    ],
  })
})

describe('nothing else is a hint', () => {
  const word: string = 'x'

  test('to the compiler', () => {
    // @ts-expect-error a hint is made by `hint`
    new Failure('internal', 'x', { hints: [`credbridge set ${word}`] })
    // @ts-expect-error a hint is made by `hint`
    new Failure('internal', 'x', { hints: ['credbridge doctor'] })
    new Failure('internal', 'x', { hints: [hint`credbridge set ${word}`] })
  })

  const source = join(import.meta.dirname, '..', '..', 'src')
  const texts = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== join('core', 'hint.ts'))
    .map((name) => ({ name, text: readFileSync(join(source, name), 'utf8') }))

  test('by a cast', () => {
    expect(texts.filter(({ text }) => /\bas Hint\b|(?<!\w)<Hint>/.test(text)).map(({ name }) => name)).toEqual([])
  })

  test('and where a command of ours begins at the end of a text, there is nothing else', () => {
    const word = String.raw`(<[^<>]+>|\$\{[^}]*(\}|$)|[\w./:@%+=^-]+|<|'?…'?)+`
    const command = new RegExp(`^credbridge( ${word})+$`)
    const commands = /\.command\('([a-z-]+)|path: \['([a-z-]+)'|'credbridge ([a-z-]+)/g
    const known = texts.flatMap(({ text }) => [...text.matchAll(commands)].map((match) => match.slice(1).join('')))
    const found = texts.flatMap(({ name, text }) =>
      [...text.matchAll(/'([^'\n]*)'|"([^"\n]*)"|`([^`\n]*)`/g)].flatMap((match) => {
        const [line = ''] = (match[1] ?? match[2] ?? match[3] ?? '').split('\\n')
        const said = line.slice(commandBegins(line) ?? line.length)
        if (!said.startsWith('credbridge ')) return []
        return command.test(said) && known.includes(said.split(' ')[1] ?? '') ? [] : [`${name}: ${line}`]
      }),
    )
    expect(found).toEqual([])
  })

  /** Where a command begins that a person may paste. */
  const commands =
    /(^|[ `])((chmod|chown|rm|mv|kill|export|unset|sudo) |credbridge (set|share|remove|list|run|setup|import|move|use|default|restore|vault [a-z]+|unlock|allow) )/

  /** What may stand in a command as it is: words that we chose, and hints. */
  const chosen = /^(hint`|shellWord\(|client$|client\.name$|kind$|of$|other$)/

  test('that is shown besides: a command in any text has its words quoted', () => {
    const found = texts.flatMap(({ name, text }) =>
      [...text.matchAll(/(\w*)`([^`\n]*)`/g)].flatMap(([, tag = '', inside = '']) => {
        const begin = commands.exec(inside)?.index ?? inside.length
        const put = [...inside.slice(begin).matchAll(/\$\{([^}]*)/g)].map(([, one = '']) => one)
        return tag === 'hint' || put.every((one) => chosen.test(one)) ? [] : [`${name}: ${inside}`]
      }),
    )
    expect(found).toEqual([])
  })
})
