import { describe, expect, test } from 'vitest'
import { isFailure } from '../../../src/core/failure.ts'
import { outputOf } from '../../../src/dbus/bytes.ts'
import { type Call, hello } from '../../../src/dbus/call.ts'
import { incoming } from '../../../src/dbus/incoming.ts'
import {
  type Bodies,
  lengthOf,
  type Message,
  printMessage,
  type Received,
  readBody,
  readMessage,
} from '../../../src/dbus/message.ts'
import { print, read } from '../../../src/dbus/value.ts'
import * as calls from '../../../src/stores/secret-service/calls.ts'
import { collection, item, received, receivedStream, sent, session } from './recorded.ts'

const attributes = new Map([
  ['service', 'git:https://git.example.com'],
  ['username', 'josé'],
  ['application', 'credbridge'],
  ['endpoint', 'https://git.example.com'],
  ['owner', 'git'],
  ['kind', 'basic'],
])
const secret = [session, Buffer.alloc(0), Buffer.from('päss\n🔑'), 'text/plain'] as const
const label = 'credbridge: josé at https://git.example.com (git)'

/** The calls of record.py, in its order. */
const ours: readonly Call[] = [
  hello,
  calls.openSession('plain', { type: 's', value: '' }),
  calls.readAlias('default'),
  calls.createItem(collection, label, attributes, secret),
  calls.searchItems(new Map([['endpoint', 'https://git.example.com']])),
  calls.searchItems(new Map([['endpoint', 'https://nothing.example.com']])),
  calls.getCollections(),
  calls.getLocked(collection),
  calls.getItems(collection),
  calls.getSecrets([item], session),
  calls.getItem(item),
  calls.setSecret(item, secret),
  calls.unlock([item]),
  calls.watchPrompts(),
  calls.deleteItem(item),
  calls.getItem(item),
  calls.getSecrets([item], '/org/freedesktop/secrets/session/none'),
]

const empty = Buffer.alloc(0)
const collections = ['/org/freedesktop/secrets/collection/session', collection]

/** What came back, message by message. */
const answers: readonly [Message['type'], keyof Bodies, unknown][] = [
  ['reply', 's', [':1.1']],
  ['signal', 's', [':1.1']],
  ['reply', 'vo', [{ type: 's', value: '' }, session]],
  ['reply', 'o', [collection]],
  ['reply', 'oo', [item, '/']],
  ['reply', 'aoao', [[item], []]],
  ['reply', 'aoao', [[], []]],
  ['reply', 'v', [{ type: 'ao', value: collections }]],
  ['reply', 'v', [{ type: 'b', value: false }]],
  ['reply', 'v', [{ type: 'ao', value: [item] }]],
  ['reply', 'a{o(oayays)}', [new Map([[item, [session, empty, Buffer.from('päss\n🔑'), 'text/plain']]])]],
  [
    'reply',
    'a{sv}',
    [
      new Map<string, unknown>([
        ['Locked', { type: 'b', value: false }],
        ['Attributes', { type: 'a{ss}', value: attributes }],
        ['Label', { type: 's', value: label }],
        ['Type', { type: 's', value: '' }],
        ['Created', { type: 't', value: expect.any(BigInt) }],
        ['Modified', { type: 't', value: expect.any(BigInt) }],
      ]),
    ],
  ],
  ['reply', '', []],
  ['reply', 'aoo', [[item], '/']],
  ['reply', '', []],
  ['reply', 'o', ['/']],
  ['error', 's', [expect.stringContaining(item)]],
  ['error', 's', ['The session does not exist']],
]

describe('what libdbus sends, credbridge sends', () => {
  test('each call is in the recording', () => expect(ours).toHaveLength(sent.length))

  test.each(ours.map((call, index) => [call.member, call, index] as const))('%s, byte for byte', (_, call, index) => {
    expect(printed(call, index + 1).toString('hex')).toBe(sent[index]?.toString('hex'))
  })

  test('a whole burst in one piece is the same', () => {
    const out = outputOf(16)
    ours.forEach((call, index) => void printCall(out, call, index + 1))
    expect(out.bytes.subarray(0, out.at).toString('hex')).toBe(Buffer.concat(sent).toString('hex'))
  })
})

test('a message is the same, however much room there was for it', () => {
  const texts = Array.from({ length: 40 }, (_, room) => {
    const out = outputOf(room)
    printMessage(out, { type: 'reply', serial: 1, answers: 7 }, [])
    return out.bytes.subarray(0, out.at).toString('hex')
  })
  expect(new Set(texts).size).toBe(1)
})

describe('what a real bus sends is read', () => {
  test('each message is in the table', () => expect(answers).toHaveLength(received.length))

  test.each(answers.map((answer, index) => [...answer, index] as const))('%s %s', (type, signature, body, index) => {
    const message = readMessage(received[index] ?? empty)
    expect(message.type).toBe(type)
    expect(readBody(message, signature)).toEqual(body)
  })

  test('printed again, each is the same', () => {
    for (const bytes of received) {
      const message = readMessage(bytes)
      const values = read({ ...message.body }, message.signature ?? '')
      const out = outputOf(16)
      print(out, message.signature ?? '', values)
      const body = bytes.subarray(bytes.length - out.at)
      expect(out.bytes.subarray(0, out.at).toString('hex')).toBe(body.toString('hex'))
    }
  })

  test.each([
    ['whole', receivedStream.length],
    ['one byte at a time', 1],
    ['in pieces of 7', 7],
    ['in pieces of 1000', 1000],
  ])('%s', (_, size) => {
    const taken: Received[] = []
    const feed = incoming((message) => taken.push(message))
    for (let at = 0; at < receivedStream.length; at += size) feed(Buffer.from(receivedStream.subarray(at, at + size)))
    expect(taken.map(comparable)).toEqual(received.map((bytes) => comparable(readMessage(bytes))))
  })

  test('also from a sender whose numbers are big-endian', () => {
    const bytes = hex('42020001 00000008 00000005 0000000f 05017500 00000007 08016700 01760000 01750000 0000002a')
    expect(lengthOf(bytes)).toBe(bytes.length)
    const message = readMessage(bytes)
    expect(message).toMatchObject({ type: 'reply', serial: 5, answers: 7 })
    expect(readBody(message, 'v')).toEqual([{ type: 'u', value: 42 }])
  })
})

describe('what cannot be text', () => {
  test('is refused, and leaves no trace in what goes out', () => {
    for (const account of ['a\0b', '\ud800']) {
      const out = outputOf(64)
      printCall(out, hello, 1)
      expect(failureIn(() => printCall(out, calls.searchItems(new Map([['username', account]])), 2))).toBe('malformed')
      printCall(out, calls.getCollections(), 2)
      const clean = Buffer.concat([printed(hello, 1), printed(calls.getCollections(), 2)])
      expect(out.bytes.subarray(0, out.at).equals(clean)).toBe(true)
    }
  })
})

function printCall(out: ReturnType<typeof outputOf>, { reply, body = [], ...head }: Call, serial: number): void {
  printMessage(out, { ...head, type: 'call', serial }, body)
}

function printed(call: Call, serial: number): Buffer {
  const out = outputOf(16)
  printCall(out, call, serial)
  return Buffer.from(out.bytes.subarray(0, out.at))
}

function comparable({ body, ...head }: Received): unknown {
  return { ...head, values: read({ ...body }, head.signature ?? '') }
}

function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(' ', ''), 'hex')
}

function failureIn(work: () => void): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (isFailure(error)) return error.code
    throw error
  }
}
