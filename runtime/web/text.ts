import { Buffer, isUtf8 } from '../node/buffer.ts'

/* https://encoding.spec.whatwg.org, for UTF-8, and https://html.spec.whatwg.org/#atob. */

export class TextEncoder {
  readonly encoding = 'utf-8'

  encode(text = ''): Uint8Array<ArrayBuffer> {
    return new Uint8Array(Buffer.from(`${text}`).buffer)
  }
}

export class TextDecoder {
  readonly encoding = 'utf-8'
  readonly fatal: boolean

  constructor(encoding = 'utf-8', { fatal = false }: { readonly fatal?: boolean } = {}) {
    if (!/^utf-?8$/i.test(encoding)) throw new RangeError('The encoding is not supported')
    this.fatal = fatal
  }

  decode(source: ArrayBuffer | Uint8Array = new ArrayBuffer(0)): string {
    const bytes =
      source instanceof ArrayBuffer
        ? Buffer.from(source)
        : new Buffer(source.buffer as ArrayBuffer, source.byteOffset, source.length)
    if (this.fatal && !isUtf8(bytes)) throw new TypeError('The encoded data was not valid')
    return bytes.toString().replace(/^\ufeff/, '')
  }
}

export function btoa(text: string): string {
  if (/[^\0-\xff]/.test(text)) throw invalid()
  return Buffer.from(text, 'latin1').toString('base64')
}

export function atob(text: string): string {
  const digits = text.replace(/[\t\n\f\r ]/g, '').replace(/(?<=^(?:....)*(?:..|...))={1,2}$/, '')
  if (/[^A-Za-z0-9+/]/.test(digits) || digits.length % 4 === 1) throw invalid()
  return Buffer.from(digits, 'base64').toString('latin1')
}

/** https://webidl.spec.whatwg.org/#idl-DOMException-error-names */
function invalid(): Error {
  return Object.assign(new Error('Invalid character'), { name: 'InvalidCharacterError' })
}
