import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { format, inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Credential, NoteItem } from '../../src/core/credential.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import { Failure } from '../../src/core/failure.ts'
import { Secret } from '../../src/core/secret.ts'

const hidden = 'hidden-5f1d'
const secret = new Secret(hidden)
const credential: Credential = {
  endpoint: parseAddress('https://git.example.com'),
  account: 'alice',
  owner: 'git',
  kind: 'bearer',
  secret,
  refreshToken: new Secret(`${hidden} refresh`),
}
const note: NoteItem = { ...credential, owner: 'credbridge', kind: 'erased', erased: credential }

/** What `Secret` would be if it hid nothing: every way below shows it. */
class Open {
  readonly text = hidden
  toString(): string {
    return this.text
  }
  toJSON(): string {
    return this.text
  }
}

const deep = { depth: 9, showHidden: true, getters: true, customInspect: false } as const
const ways: readonly [string, (value: unknown) => unknown][] = [
  ['String()', (value) => String(value)],
  ['a template', (value) => `${value}`],
  ['the plus sign', (value) => (value as string) + 1],
  ['join', (value) => [value, value].join()],
  ['JSON.stringify', (value) => JSON.stringify(value)],
  ['JSON.stringify in an object', (value) => JSON.stringify({ value, list: [value] })],
  ['inspect', (value) => inspect(value)],
  ['inspect with everything shown', (value) => inspect(value, deep)],
  ['inspect in a map', (value) => inspect(new Map([[value, [value]]]), { depth: 9 })],
  ['format', (value) => format('%s %o %O %j', value, value, value, value)],
  ['an error message', (value) => inspect(new Error(`not ${value}`, { cause: value }))],
  ['a failure', (value) => inspect(new Failure('internal', 'broken', { cause: value }), deep)],
  ['a copy by spreading', (value) => inspect({ ...(value as object) }, deep)],
  ['a structured copy', (value) => inspect(structuredClone({ ...(value as object) }), deep)],
  [
    'its names and values',
    (value) => inspect([Reflect.ownKeys(value as object), Object.entries(value as object)], deep),
  ],
  ['console.log', (value) => printed((to) => to.log(value, { value }))],
  ['console.dir', (value) => printed((to) => to.dir(value, deep))],
  ['console.table', (value) => printed((to) => to.table([value]))],
  ['console.error with a format', (value) => printed((to) => to.error('%s and %j', value, value))],
]

describe('nothing shows a secret', () => {
  test.each(ways)('%s', (_, shown) => {
    expect(shown(new Open())).toContain(hidden)
    for (const value of [secret, credential, note]) expect(shown(value)).not.toContain(hidden)
  })

  test('a place holder stands for it', () => {
    expect(`${secret}`).toBe('[secret]')
    expect(JSON.stringify({ secret })).toBe('{"secret":"[secret]"}')
    expect(inspect({ secret })).toBe('{ secret: [secret] }')
  })
})

describe('a secret', () => {
  test('is any Unicode text, and comes out as it went in', () => {
    const property = fc.property(fc.string({ unit: 'grapheme' }), (text) => new Secret(text).expose() === text)
    fc.assert(property)
    expect(new Secret('').expose()).toBe('')
    expect(new Secret('a\0\r\n\u{10ffff}').expose()).toBe('a\0\r\n\u{10ffff}')
  })

  test.each(['\ud800', 'a\udc00b', '\udc00\ud800'])('with half a character is malformed, and not named', (text) => {
    expect(() => new Secret(text)).toThrow(expect.objectContaining({ code: 'malformed' }))
    expect(() => new Secret(`${hidden}${text}`)).toThrow(/^the secret is not valid Unicode text$/)
  })

  test('equals another one of the same text only', () => {
    expect(secret.equals(new Secret(hidden))).toBe(true)
    for (const other of ['', `${hidden} `, hidden.toUpperCase()]) expect(secret.equals(new Secret(other))).toBe(false)
    expect(new Secret('é').equals(new Secret('e\u0301'))).toBe(false)
  })
})

function printed(print: (to: Console) => void): string {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk
      done()
    },
  })
  print(new Console(stream, stream))
  return text
}
