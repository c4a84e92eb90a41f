import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lengthOf } from '../../../src/dbus/message.ts'

interface Recording {
  readonly sent: string
  readonly received: string
  readonly session: string
  readonly collection: string
  readonly item: string
}

const recording = JSON.parse(readFileSync(join(import.meta.dirname, 'recorded', 'libdbus.json'), 'utf8')) as Recording

export const { session, collection, item } = recording

/** What libdbus sent, call by call. */
export const sent = messagesIn(behind(recording.sent, 'BEGIN\r\n'))

const answers = behind(recording.received, 'AGREE_UNIX_FD\r\n')

/** What the bus sent, message by message. */
export const received = messagesIn(answers)

/** The same in one piece, with the line before it that a client hears who asks for nothing else. */
export const receivedStream = Buffer.concat([Buffer.from('OK 7b79fb6f9e246e7608f46a486b01556d\r\n'), answers])

function behind(hex: string, line: string): Buffer {
  const bytes = Buffer.from(hex, 'hex')
  return bytes.subarray(bytes.indexOf(line) + line.length)
}

function messagesIn(bytes: Buffer): readonly Buffer[] {
  const length = lengthOf(bytes)
  return length === undefined ? [] : [bytes.subarray(0, length), ...messagesIn(bytes.subarray(length))]
}
