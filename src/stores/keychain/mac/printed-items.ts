import { isUtf8 } from 'node:buffer'

/*
 * What the system's tool `security` prints of an item, from its source (keychain_utilities.c of Security). Bytes from
 * space to `~` but for the backslash are text in quotation marks. If there are any others, all bytes are hexadecimal
 * digits, and an approximate text follows. A number is its four bytes.
 */

/** An item without its secret. */
export interface PrintedItem {
  /** The file of the keychain that contains it. */
  readonly keychain: string
  /** `genp`, `inet` and others. */
  readonly kind: string
  /** Those that are text, by their own four letters; the label is `label`. */
  readonly attributes: Readonly<Record<string, string>>
  /** 0: none. */
  readonly port: number
}

/** All items in the output of `dump-keychain` or `find-…-password`. */
export function printedItems(output: string): readonly PrintedItem[] {
  return output.split(/^(?=keychain: )/m).flatMap((part) => {
    const keychain = textIn(/^keychain: (.*)$/m.exec(part)?.[1])
    const kind = textIn(/^class: (.*)$/m.exec(part)?.[1])
    if (keychain === undefined || kind === undefined) return []
    const lines = part.matchAll(/^ {4}(?:"(\w{4})"|0x00000007 +)<(?:blob|uint32)>=(.*)$/gm)
    const printed = new Map([...lines].map(([, name = 'label', value]) => [name, value]))
    const attributes = [...printed].flatMap(([name, value]) => {
      const text = textIn(value)
      return text === undefined ? [] : [[name, text] as const]
    })
    const port = bytesIn(printed.get('port'))
    return [
      {
        keychain,
        kind,
        attributes: Object.fromEntries(attributes),
        port: port?.length === 4 ? port.readUInt32BE() : 0,
      },
    ]
  })
}

/** The secret that `find-…-password -g` prints on its error output; `undefined` if there is none, or if it is no text. */
export function printedSecret(errorOutput: string): string | undefined {
  return textIn(/^password: (.*)$/m.exec(errorOutput)?.[1])
}

function textIn(printed: string | undefined): string | undefined {
  const bytes = bytesIn(printed)
  return bytes !== undefined && isUtf8(bytes) ? bytes.toString('utf8') : undefined
}

/** `undefined` for `<NULL>`, and for what it never prints. */
function bytesIn(printed: string | undefined): Buffer | undefined {
  if (printed === '') return Buffer.alloc(0)
  const [, digits, text] = /^(?:0x((?:[0-9A-F]{2})+) {1,2}(?:".*")?|"([^\\]*)")$/.exec(printed ?? '') ?? []
  if (digits !== undefined) return Buffer.from(digits, 'hex')
  return text === undefined ? undefined : Buffer.from(text)
}
