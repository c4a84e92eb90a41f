import { Failure } from '../core/failure.ts'

/** A buffer into which messages are printed, one after the other. */
export interface Output {
  bytes: Buffer
  view: DataView
  at: number
  /** The offset of the current message; alignment counts from there. */
  start: number
  /** The signature of the values; `type` is the index of the next type in it. */
  signature: string
  type: number
}

/** A message that is being read. */
export interface Input {
  readonly bytes: Buffer
  readonly view: DataView
  readonly little: boolean
  at: number
  /** The signature of the values; `type` is the index of the next type in it. */
  signature: string
  type: number
  /** How many containers surround the next value. */
  depth: number
}

/** The first byte of a message is its byte order. */
export const littleEndian = 0x6c
export const bigEndian = 0x42

export function outputOf(size: number): Output {
  const bytes = Buffer.alloc(size)
  return { bytes, view: viewOf(bytes), at: 0, start: 0, signature: '', type: 0 }
}

export function inputOf(bytes: Buffer, little: boolean, at = 0): Input {
  return { bytes, view: viewOf(bytes), little, at, signature: '', type: 0, depth: 0 }
}

/** Appends zeros up to the alignment and room for `length` bytes. Returns the offset of the room. */
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

/**
 * Skips zeros up to the alignment and `length` bytes, which must be in the message. Returns the offset of the bytes.
 */
export function readPlace(from: Input, alignment: number, length: number): number {
  const at = aligned(from.at, alignment)
  if (at + length > from.bytes.length) throw unreadable('ends too early')
  while (from.at < at) if (from.bytes[from.at++] !== 0) throw unreadable('has padding that is not zero')
  from.at = at + length
  return at
}

/** The number at this offset, without a view of the bytes. */
export function uint32In(bytes: Uint8Array, at: number, little: boolean): number {
  let number = 0
  for (let index = 0; index < 4; index++) number = number * 256 + (bytes[little ? at + 3 - index : at + index] ?? 0)
  return number
}

export function aligned(at: number, alignment: number): number {
  return (at + alignment - 1) & -alignment
}

/** The failure for invalid or unexpected bytes from the bus. */
export function unreadable(how: string): Failure {
  return new Failure('malformed', `a message from the session bus ${how}`)
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
