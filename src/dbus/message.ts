import {
  aligned,
  bigEndian,
  type Input,
  inputOf,
  littleEndian,
  type Output,
  printPlace,
  readPlace,
  uint32In,
  unreadable,
} from './bytes.ts'
import { print, printText, read, readText, type Value, type Variant } from './value.ts'

/*
 * D-Bus messages: https://dbus.freedesktop.org/doc/dbus-specification.html#message-protocol-messages. The parts are:
 * byte order, type, flags, version, body length, serial, header fields, padding to a multiple of 8, body.
 */

export interface Message {
  readonly type: 'call' | 'reply' | 'error' | 'signal'
  readonly serial: number
  readonly path?: string
  readonly interface?: string
  readonly member?: string
  /** The name of an error. */
  readonly error?: string
  /** The serial of the call that this message answers. */
  readonly answers?: number
  readonly destination?: string
  readonly sender?: string
  /** The signature of the body; absent if it is empty. */
  readonly signature?: string
}

/** A received message. `readBody` reads its body. */
export interface Received extends Message {
  readonly body: Input
}

const types = ['call', 'reply', 'error', 'signal'] as const

/** The header fields in libdbus's order: the member of `Message`, the field's code and its type. */
const fields = [
  ['path', 1, 'o'],
  ['destination', 6, 's'],
  ['interface', 2, 's'],
  ['member', 3, 's'],
  ['error', 4, 's'],
  ['answers', 5, 'u'],
  ['signature', 8, 'g'],
  ['sender', 7, 's'],
] as const

type FieldType = (typeof fields)[number][2]

const fieldsByCode: (readonly [name: string, type: FieldType])[] = []
for (const [name, code, type] of fields) fieldsByCode[code] = [name, type]

const fixedPart = 16

/** The maximum length of a header or a body, in bytes. The specification permits eight times as much for a message. */
export const longest = 16 * 1024 * 1024

/** Appends a message to the output. If it cannot be printed, the output stays unchanged. */
export function printMessage(out: Output, message: Message, values: readonly Value[]): void {
  const start = out.at
  try {
    out.start = start
    printPlace(out, 1, fixedPart)
    out.bytes[start] = littleEndian
    out.bytes[start + 1] = types.indexOf(message.type) + 1
    out.bytes[start + 3] = 1
    out.view.setUint32(start + 8, message.serial, true)
    for (const [name, code, type] of fields) {
      const value = message[name]
      if (value !== undefined) printField(out, code, type, value)
    }
    out.view.setUint32(start + 12, out.at - start - fixedPart, true)
    const body = printPlace(out, 8, 0)
    print(out, message.signature ?? '', values)
    out.view.setUint32(start + 4, out.at - body, true)
  } catch (error) {
    out.bytes.fill(0, start)
    out.at = start
    throw error
  }
}

/** A field is a code and a variant. The type of each is one letter, so its signature is three bytes: 1, the letter, NUL. */
function printField(out: Output, code: number, type: FieldType, value: string | number): void {
  const at = printPlace(out, 8, 4)
  out.bytes[at] = code
  out.bytes[at + 1] = 1
  out.bytes[at + 2] = type.charCodeAt(0)
  if (typeof value === 'string') printText(out, value, type === 'g' ? 1 : 4)
  else {
    const place = printPlace(out, 4, 4)
    out.view.setUint32(place, value, true)
  }
}

/** The length of the message that starts with these bytes; `undefined` if they are too few to tell. */
export function lengthOf(start: Buffer): number | undefined {
  if (start.length < fixedPart) return undefined
  const little = start[0] === littleEndian
  if ((!little && start[0] !== bigEndian) || start[3] !== 1) throw unreadable('has an unknown byte order or version')
  const body = uint32In(start, 4, little)
  const head = uint32In(start, 12, little)
  if (head > longest || body > longest) throw unreadable('is too long')
  return aligned(fixedPart + head, 8) + body
}

/** The signatures of the bodies that are read, and their values. */
export interface Bodies {
  readonly '': readonly []
  readonly b: readonly [boolean]
  readonly s: readonly [string]
  readonly o: readonly [string]
  readonly v: readonly [Variant]
  readonly bv: readonly [boolean, Variant]
  readonly vo: readonly [Variant, string]
  readonly oo: readonly [string, string]
  readonly aoo: readonly [readonly string[], string]
  readonly aoao: readonly [readonly string[], readonly string[]]
  readonly sss: readonly [string, string, string]
  readonly 'a{sv}': readonly [ReadonlyMap<string, Variant>]
  readonly 'a{o(oayays)}': readonly [ReadonlyMap<string, readonly [string, Uint8Array, Uint8Array, string]>]
}

/** Reads a complete message, except its body. */
export function readMessage(bytes: Buffer): Received {
  const from = inputOf(bytes, bytes[0] === littleEndian, fixedPart)
  const end = fixedPart + from.view.getUint32(12, from.little)
  const found: Record<string, string | number> = {}
  while (from.at < end) {
    const [name, type] = fieldsByCode[bytes[readPlace(from, 8, 1)] ?? 0] ?? []
    if (name === undefined || type === undefined) read(from, 'v')
    else found[name] = readField(from, type)
  }
  if (from.at !== end) throw unreadable('has a header whose length is wrong')
  readPlace(from, 8, 0)
  const type = types[(bytes[1] ?? 0) - 1] ?? 'signal'
  return { ...found, type, serial: from.view.getUint32(8, from.little), body: from }
}

function readField(from: Input, type: FieldType): string | number {
  if (readText(from, 1) !== type) throw unreadable('has a header field of the wrong type')
  if (type === 'u') return from.view.getUint32(readPlace(from, 4, 4), from.little)
  return readText(from, type === 'g' ? 1 : 4)
}

/** The values of a body. It must have exactly this signature. */
export function readBody<S extends keyof Bodies>(message: Received, signature: S): Bodies[S] {
  if ((message.signature ?? '') !== signature) throw unreadable('has an unexpected signature')
  const from = { ...message.body }
  const values = read(from, signature)
  if (from.at !== from.bytes.length) throw unreadable('has bytes after its values')
  return values as unknown as Bodies[S]
}
