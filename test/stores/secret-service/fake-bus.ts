import { outputOf } from '../../../src/dbus/bytes.ts'
import { lengthOf, printMessage, type Received, readMessage } from '../../../src/dbus/message.ts'
import { read, type Value } from '../../../src/dbus/value.ts'
import type { ConnectSocket } from '../../../src/system/unix-socket.ts'

/** What the bus answers to a call: a body and its types, the name of an error, raw bytes, nothing at all, or the end. */
export type Answer =
  | readonly [signature: string, ...body: Value[]]
  | { error: string }
  | Buffer
  | 'nothing'
  | 'end'
  | Late

/** An answer that takes a while, in milliseconds. */
export interface Late {
  readonly after: number
  readonly answer: readonly [signature: string, ...body: Value[]]
}

/** What is asked, as the other end sees it. */
export interface Asked {
  readonly member: string
  readonly path: string
  readonly body: readonly Value[]
  readonly serial: number
}

/** Another answer than usual; undefined for the usual one. */
export type Answers = (asked: Asked) => Answer | undefined

export const item = '/org/freedesktop/secrets/collection/login/1'
const collection = '/org/freedesktop/secrets/collection/login'
const session = '/org/freedesktop/secrets/session/s1'

/** A bus in this process, with a Secret Service that holds one item; it says each word that a test wants otherwise. */
export function fakeBus(
  attributes: ReadonlyMap<string, string>,
  answers: Answers,
  greeting = 'OK 1234\r\n',
): ConnectSocket {
  const usual: Answers = ({ member, body }) => {
    if (member === 'Hello') return ['s', ':1.1']
    if (member === 'ReadAlias') return ['o', body[0] === 'default' ? collection : '/']
    if (member === 'OpenSession') return ['vo', { type: 's', value: '' }, session]
    if (member === 'SearchItems') return ['aoao', [item], []]
    if (member === 'GetSecrets') {
      const secret = [session, Buffer.alloc(0), Buffer.from('secret'), 'text/plain']
      return ['a{o(oayays)}', new Map([[item, secret]])]
    }
    if (member === 'Get' && body[1] === 'Collections') return ['v', { type: 'ao', value: [collection] }]
    if (member === 'Get' && body[1] === 'Locked') return ['v', { type: 'b', value: false }]
    if (member === 'GetAll') return ['a{sv}', described(attributes)]
    return ['']
  }
  return (_, listener) => {
    let authenticated = false
    let closed = false
    setImmediate(() => listener.opened())
    const say = (bytes: Buffer) => void setImmediate(() => closed || listener.received(bytes))
    function take(message: Received): void {
      const asked = { member: '', path: '', ...message, body: read({ ...message.body }, message.signature ?? '') }
      const answer = answers(asked) ?? usual(asked) ?? 'nothing'
      if (answer === 'end') setImmediate(() => closed || listener.ended())
      else if (typeof answer === 'object' && 'after' in answer) {
        setTimeout(() => say(printed(asked.serial, answer.answer)), answer.after)
      } else if (answer !== 'nothing') say(Buffer.isBuffer(answer) ? answer : printed(asked.serial, answer))
    }
    return {
      send(bytes) {
        let rest = Buffer.from(bytes)
        if (!authenticated) rest = rest.subarray(rest.indexOf('BEGIN\r\n') + 7)
        if (!authenticated) say(Buffer.from(greeting))
        authenticated = true
        for (let length = lengthOf(rest); length !== undefined; length = lengthOf(rest)) {
          take(readMessage(rest.subarray(0, length)))
          rest = rest.subarray(length)
        }
      },
      keepAlive() {},
      close() {
        closed = true
      },
    }
  }
}

/** The properties of an item. */
export function described(attributes: ReadonlyMap<string, string>): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    ['Attributes', { type: 'a{ss}', value: attributes }],
    ['Label', { type: 's', value: 'a label' }],
    ['Modified', { type: 't', value: 1_700_000_000n }],
    ['Locked', { type: 'b', value: false }],
  ])
}

/** A reply as bytes. */
export function printed(answers: number, answer: readonly [string, ...Value[]] | { error: string }): Buffer {
  const out = outputOf(256)
  if ('error' in answer) printMessage(out, { type: 'error', serial: 1, answers, error: answer.error }, [])
  else {
    const [signature, ...body] = answer
    printMessage(out, { type: 'reply', serial: 1, answers, ...(signature === '' ? {} : { signature }) }, body)
  }
  return Buffer.from(out.bytes.subarray(0, out.at))
}
