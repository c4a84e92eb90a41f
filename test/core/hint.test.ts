import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createBroker } from '../../src/core/broker.ts'
import { parseAddress, serviceName } from '../../src/core/endpoint.ts'
import { endpointWords, hint, shellWord } from '../../src/core/hint.ts'
import { Secret } from '../../src/core/secret.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { someone } from '../asker.ts'

const words = ['alice', '', '$(id)', "a'b", '`id`', 'a b', '"', '\\', '~', '-n', 'a;b', '#', '*', 'ä', '&|<>(){}!']

test('a hint means the same word to a shell', () => {
  const said = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${words.map(shellWord).join(' ')}`], { encoding: 'utf8' })
  expect(said.split('\n').slice(0, -1)).toEqual(words)
  expect(['alice', 'a@example.com', 'https://example.com:8443/a/b%20c'].map(shellWord)).toEqual([
    'alice',
    'a@example.com',
    'https://example.com:8443/a/b%20c',
  ])
})

test('an endpoint in a hint is of its own form', () => {
  expect(endpointWords(parseAddress("https://example.com/a;b'"))).toBe(`'https://example.com/a;b'\\'''`)
  expect(endpointWords(serviceName('https://example.com'))).toBe('--service https://example.com')
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

test('a command keeps what is put into it as words', () => {
  const said = execFileSync('/bin/sh', ['-c', hint`printf '%s\\n' ${words}`], { encoding: 'utf8' })
  expect(said.split('\n').slice(0, -1)).toEqual(words)
  expect(hint`chmod go= ${'/home/a b/x'}`).toBe("chmod go= '/home/a b/x'")
  expect(hint`credbridge set ${'https://registry.example.com/$(touch$IFS/x)'} --kind bearer`).toBe(
    "credbridge set 'https://registry.example.com/$(touch$IFS/x)' --kind bearer",
  )
})

/** Where a command begins that a person may paste, and what may stand in one as it is: words that we chose. */
const commands =
  /(^|[ `])((chmod|chown|rm|mv|kill|export|unset|sudo) |credbridge (set|share|remove|list|run|setup|import|move|use|default|restore|vault [a-z]+|unlock|allow) )/
const chosen = /^(shellWord\(|endpointWords\(|hint`|removal\(|client$|client\.name$|kind$|of$|other$)/

test('no command to paste is put together without quotes', () => {
  const source = join(import.meta.dirname, '..', '..', 'src')
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const found = files.flatMap((name) => {
    const text = readFileSync(join(source, name), 'utf8')
    return [...text.matchAll(/(\w*)`([^`\n]*)`/g)].flatMap(([, tag = '', inside = '']) => {
      const begin = commands.exec(inside)?.index ?? inside.length
      const put = [...inside.slice(begin).matchAll(/\$\{([^}]*)/g)].map(([, one = '']) => one)
      return tag === 'hint' || put.every((one) => chosen.test(one)) ? [] : [`${name}: ${inside}`]
    })
  })
  expect(found).toEqual([])
})
