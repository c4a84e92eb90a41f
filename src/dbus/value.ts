import { isUtf8 } from 'node:buffer'
import { Failure } from '../core/failure.ts'
import { type Input, type Output, printPlace, readPlace, unreadable } from './bytes.ts'

/*
 * D-Bus values: https://dbus.freedesktop.org/doc/dbus-specification.html#type-system and
 * #message-protocol-marshaling. A signature is a list of types: a letter for a basic type, `v` for a value with its own
 * type, `a…` for an array, `(…)` for a struct, `a{..}` for a dictionary. Each value starts at a multiple of its
 * alignment. Values are printed little-endian and read in either byte order, because the bus forwards messages as they
 * were sent. There are few functions, because every start compiles each one (bench/NOTES.md).
 */

export type Value = number | bigint | boolean | string | Uint8Array | Variant | readonly Value[] | Dictionary
export type Dictionary = ReadonlyMap<Value, Value>

/** A value with its own type. */
export interface Variant {
  readonly type: string
  readonly value: Value
}

/** How deep containers may be nested: the specification's limit. */
const deepest = 64

/** The limit for elements of an array, except of bytes. Small texts take many times their size in memory. */
const mostElements = 100_000

/** Prints values of these types. */
export function print(out: Output, signature: string, values: readonly Value[]): void {
  const { signature: outer, type } = out
  out.signature = signature
  out.type = 0
  for (const value of values) printValue(out, value)
  if (out.type !== signature.length) throw new Failure('internal', 'a message for the session bus lacks a value')
  out.signature = outer
  out.type = type
}

/** Reads values of these types. Bytes that do not match the signature are `malformed`. */
export function read(from: Input, signature: string): Value[] {
  const { signature: outer, type } = from
  from.signature = signature
  from.type = 0
  const values = readUntil(from, '')
  from.signature = outer
  from.type = type
  return values
}

function printValue(out: Output, value: Value): void {
  const type = out.signature.charAt(out.type++)
  if (type === 's' || type === 'o' || type === 'g') printText(out, value as string, type === 'g' ? 1 : 4)
  else if (type === 'a') printArray(out, value as Uint8Array | readonly Value[] | Dictionary)
  else if (type === 'v') {
    const variant = value as Variant
    printText(out, variant.type, 1)
    print(out, variant.type, [variant.value])
  } else if (type === '(' || type === '{') {
    printPlace(out, 8, 0)
    for (const member of value as readonly Value[]) printValue(out, member)
    out.type++
  } else printNumber(out, type, value as number | bigint | boolean)
}

function readValue(from: Input): Value {
  const type = from.signature.charAt(from.type++)
  if (type === 's' || type === 'o' || type === 'g') return readText(from, type === 'g' ? 1 : 4)
  if (type === 'a') return readArray(from)
  if (type === 'v') {
    const within = readText(from, 1)
    const [value, more] = read(from, within)
    if (value === undefined || more !== undefined) throw unreadable('has a variant without a single type')
    return { type: within, value }
  }
  if (type !== '(' && type !== '{') return readNumber(from, type)
  readPlace(from, 8, 0)
  const members = readUntil(from, type === '(' ? ')' : '}')
  if (members.length === 0) throw unreadable('has an empty struct')
  from.type++
  return members
}

/** The values up to this letter of the signature, or up to its end. */
function readUntil(from: Input, close: string): Value[] {
  if (++from.depth > deepest) throw unreadable('is nested too deeply')
  const values: Value[] = []
  while (from.signature.charAt(from.type) !== close) values.push(readValue(from))
  from.depth--
  return values
}

const numbers = {
  y: [1, 'Uint8'],
  n: [2, 'Int16'],
  q: [2, 'Uint16'],
  i: [4, 'Int32'],
  u: [4, 'Uint32'],
  b: [4, 'Uint32'],
  x: [8, 'BigInt64'],
  t: [8, 'BigUint64'],
  d: [8, 'Float64'],
} as const

function printNumber(out: Output, type: string, value: number | bigint | boolean): void {
  const [size, name] = numbers[type as keyof typeof numbers]
  const at = printPlace(out, size, size)
  out.view[`set${name}`](at, (typeof value === 'boolean' ? Number(value) : value) as never, true)
}

function readNumber(from: Input, type: string): number | bigint | boolean {
  if (!Object.hasOwn(numbers, type)) throw unreadable('has an invalid signature')
  const [size, name] = numbers[type as keyof typeof numbers]
  const value = from.view[`get${name}`](readPlace(from, size, size), from.little)
  if (type !== 'b') return value
  if (Number(value) > 1) throw unreadable('has an invalid boolean')
  return value === 1
}

/** Prints texts, object paths and signatures: a length of one or four bytes, the text in UTF-8, and an uncounted NUL. */
export function printText(out: Output, text: string, width: 1 | 4): void {
  if (text.includes('\0') || !text.isWellFormed()) {
    throw new Failure('malformed', 'the Secret Service cannot store a name with a NUL or an unpaired surrogate')
  }
  const length = printPlace(out, width, width)
  const start = printPlace(out, 1, text.length * 3 + 1)
  const written = out.bytes.write(text, start)
  if (width === 1) out.bytes[length] = written
  else out.view.setUint32(length, written, true)
  out.at = start + written + 1
}

export function readText(from: Input, width: 1 | 4): string {
  const place = readPlace(from, width, width)
  const length = width === 1 ? from.view.getUint8(place) : from.view.getUint32(place, from.little)
  const start = readPlace(from, 1, length + 1)
  const text = from.bytes.toString(undefined, start, start + length)
  const damaged = text.includes('\ufffd') && !isUtf8(from.bytes.subarray(start, start + length))
  if (damaged || text.includes('\0') || from.bytes[start + length] !== 0) throw unreadable('has an invalid text')
  return text
}

/** The length is that of the elements, without the padding before the first. */
function printArray(out: Output, value: Uint8Array | readonly Value[] | Dictionary): void {
  const element = out.type
  const length = printPlace(out, 4, 4)
  const start = printPlace(out, alignmentOf(out.signature.charAt(element)), 0)
  if (value instanceof Uint8Array) {
    const at = printPlace(out, 1, value.length)
    out.bytes.set(value, at)
  } else {
    for (const one of value as Iterable<Value>) {
      out.type = element
      printValue(out, one)
    }
  }
  out.type = endOfType(out.signature, element)
  out.view.setUint32(length, out.at - start, true)
}

function readArray(from: Input): Uint8Array | readonly Value[] | Dictionary {
  const element = from.type
  const type = from.signature.charAt(element)
  const next = endOfType(from.signature, element)
  const length = from.view.getUint32(readPlace(from, 4, 4), from.little)
  const start = readPlace(from, alignmentOf(type), 0)
  const end = start + length
  if (end > from.bytes.length) throw unreadable('has an array that is longer than the message')
  if (++from.depth > deepest) throw unreadable('is nested too deeply')
  const elements: Value[] = []
  if (type === 'y') from.at = end
  while (from.at < end) {
    from.type = element
    if (elements.push(readValue(from)) > mostElements) throw unreadable('has an array with too many elements')
  }
  if (from.at !== end) throw unreadable('has an array whose length is wrong')
  from.depth--
  from.type = next
  if (type === 'y') return from.bytes.subarray(start, end)
  return type === '{' ? new Map(elements as [Value, Value][]) : elements
}

function alignmentOf(type: string): number {
  if ('ygv'.includes(type)) return 1
  if ('sobaiu'.includes(type)) return 4
  return type === 'n' || type === 'q' ? 2 : 8
}

/** The end of the complete type that starts here. */
function endOfType(signature: string, start: number): number {
  const first = signature.charAt(start)
  if (first === 'a') return endOfType(signature, start + 1)
  if (first !== '(' && first !== '{') {
    if (first === '' || !'ybnqiuxtdsogv'.includes(first)) throw unreadable('has an invalid signature')
    return start + 1
  }
  let at = start + 1
  while (at < signature.length && signature.charAt(at) !== (first === '(' ? ')' : '}')) at = endOfType(signature, at)
  return at + 1
}
