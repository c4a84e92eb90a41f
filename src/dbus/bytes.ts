import { Failure } from '../core/failure.ts'

/** Messages while they are printed, one behind the other. */
export interface Output {
  bytes: Buffer
  view: DataView
  at: number
  /** Where the message starts that is being printed: alignment counts from there. */
  start: number
  /** The types of the values, and which is next. */
  signature: string
  type: number
}

/** One message while it is read. */
export interface Input {
  readonly bytes: Buffer
  readonly view: DataView
  readonly little: boolean
  at: number
  /** The types of the values, and which is next. */
  signature: string
  type: number
  /** How many containers there are around the next value. */
  depth: number
}

/** The first byte of a message says how its numbers are written. */
export const littleEndian = 0x6c
export const bigEndian = 0x42

export function outputOf(size: number): Output {
  const bytes = Buffer.alloc(size)
  return { bytes, view: viewOf(bytes), at: 0, start: 0, signature: '', type: 0 }
}

export function inputOf(bytes: Buffer, little: boolean, at = 0): Input {
  return { bytes, view: viewOf(bytes), little, at, signature: '', type: 0, depth: 0 }
}

/** Makes room behind what is printed and behind zeros up to the alignment; where it starts. */
export function printPlace(out: Output, alignment: number, length: number): number {
  const at = aligned(out.at - out.start, alignment) + out.start
  const end = at + length
  if (end > out.bytes.length) {
    out.bytes = Buffer.concat([out.bytes], end * 2)
    out.view = viewOf(out.bytes)
  }
  out.at = end
  return at
}

/** Where the next value starts, behind zeros up to the alignment. It must lie within the message. */
export function readPlace(from: Input, alignment: number, length: number): number {
  const at = aligned(from.at, alignment)
  if (at + length > from.bytes.length) throw unreadable('ends too early')
  while (from.at < at) if (from.bytes[from.at++] !== 0) throw unreadable('has padding that is not empty')
  from.at = at + length
  return at
}

export function aligned(at: number, alignment: number): number {
  return (at + alignment - 1) & -alignment
}

/** What came from the bus is no message, or not the one that it should be. */
export function unreadable(how: string): Failure {
  return new Failure('malformed', `a message from the session bus ${how}`)
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
