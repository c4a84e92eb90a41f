import type { Buffer } from './buffer.ts'
import { EventEmitter } from './events.ts'
import { StringDecoder } from './string_decoder.ts'
import type { ReadStream } from './tty.ts'

/* https://nodejs.org/api/readline.html, the part that @clack/prompts uses: keys, and a line edited without echo. */

export interface Key {
  readonly sequence: string
  readonly name: string | undefined
  readonly ctrl: boolean
  readonly meta: boolean
  readonly shift: boolean
}

const esc = '\u001b'

/** The bytes of a key after ESC [ or ESC O: ECMA-48, and the keys of VT220. */
const named: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  Z: 'tab',
  '1~': 'home',
  '2~': 'insert',
  '3~': 'delete',
  '4~': 'end',
  '5~': 'pageup',
  '6~': 'pagedown',
  '7~': 'home',
  '8~': 'end',
}

const single: Readonly<Record<string, string>> = {
  '\r': 'return',
  '\n': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\u007f': 'backspace',
  [esc]: 'escape',
  ' ': 'space',
}

const sequence = new RegExp(`^${esc}(?:\\[(\\d*)(?:;(\\d+))?([A-Za-z~])|O([A-Za-z]))`)

/** The keys that produce these bytes. */
export function* keysIn(text: string): Iterable<Key> {
  for (let rest = text; rest !== ''; ) {
    const key = firstKey(rest)
    yield key
    rest = rest.slice(key.sequence.length)
  }
}

function firstKey(text: string): Key {
  const found = sequence.exec(text)
  if (found !== null) {
    const [all, number = '', modifier = '1', letter = '', ss3 = ''] = found
    const held = Number(modifier) - 1
    const name = named[letter === '~' ? `${number}~` : letter + ss3]
    const shift = (held & 1) !== 0 || letter === 'Z'
    return { sequence: all, name, shift, meta: (held & 2) !== 0, ctrl: (held & 4) !== 0 }
  }
  const [character = ''] = text
  if (character === esc && text.length > 1) {
    const key = firstKey(text.slice(1))
    return { ...key, sequence: esc + key.sequence, meta: true }
  }
  const plain = { sequence: character, ctrl: false, meta: false, shift: false }
  if (single[character] !== undefined) return { ...plain, name: single[character] }
  if (character < ' ') return { ...plain, name: String.fromCharCode(character.charCodeAt(0) + 0x60), ctrl: true }
  const letter = character.toLowerCase()
  const isName = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9')
  return { ...plain, name: isName && letter.length === 1 ? letter : undefined, shift: letter !== character }
}

interface Options {
  readonly input: ReadStream
}

/** The edited line. It is not displayed: a listener to the keys does that. */
export class Interface extends EventEmitter {
  terminal = true
  line = ''
  cursor = 0
  readonly #input: ReadStream
  readonly #decoder = new StringDecoder()

  constructor({ input }: Options) {
    super()
    this.#input = input
    input.on('data', this.#heard)
    input.on('keypress', this.#pressed)
  }

  prompt(): void {
    this.#input.resume()
  }

  write(text: string | null, key?: Partial<Key>): void {
    if (key !== undefined) this.#edit(key)
    else if (text !== null) this.#insert(text)
  }

  close(): void {
    this.#input.off('data', this.#heard)
    this.#input.off('keypress', this.#pressed)
    this.#input.pause()
    this.emit('close')
  }

  readonly #heard = (bytes: Buffer): void => {
    for (const key of keysIn(this.#decoder.write(bytes))) {
      const isCharacter = [...key.sequence].length === 1 && key.name !== 'escape'
      this.#input.emit('keypress', isCharacter ? key.sequence : undefined, key)
    }
  }

  readonly #pressed = (character: string | undefined, key: Key): void => {
    if (key.name === 'return' || key.name === 'enter') {
      this.line = ''
      this.cursor = 0
    } else if (key.ctrl || key.meta || character === undefined || character < ' ' || character === '\u007f') {
      this.#edit(key)
    } else this.#insert(character)
  }

  #insert(text: string): void {
    this.line = this.line.slice(0, this.cursor) + text + this.line.slice(this.cursor)
    this.cursor += text.length
  }

  /** As in Emacs. */
  #edit({ name = '', ctrl = false }: Partial<Key>): void {
    const edits: Readonly<Record<string, () => void>> = ctrl
      ? {
          a: () => this.#move(0),
          b: () => this.#move(this.#before()),
          d: () => this.#cut(this.cursor, this.#after()),
          e: () => this.#move(this.line.length),
          f: () => this.#move(this.#after()),
          h: () => this.#cut(this.#before(), this.cursor),
          k: () => this.#cut(this.cursor, this.line.length),
          u: () => this.#cut(0, this.cursor),
          w: () => this.#cut(this.#wordBefore(), this.cursor),
        }
      : {
          backspace: () => this.#cut(this.#before(), this.cursor),
          delete: () => this.#cut(this.cursor, this.#after()),
          end: () => this.#move(this.line.length),
          home: () => this.#move(0),
          left: () => this.#move(this.#before()),
          right: () => this.#move(this.#after()),
        }
    if (Object.hasOwn(edits, name)) edits[name]?.()
  }

  #move(to: number): void {
    this.cursor = to
  }

  #cut(from: number, to: number): void {
    this.line = this.line.slice(0, from) + this.line.slice(to)
    this.cursor = from
  }

  /** The start of the character before the cursor. Surrogate pairs are not split. */
  #before(): number {
    return this.cursor - ([...this.line.slice(0, this.cursor)].at(-1)?.length ?? 0)
  }

  #after(): number {
    return this.cursor + ([...this.line.slice(this.cursor)][0]?.length ?? 0)
  }

  #wordBefore(): number {
    const before = this.line.slice(0, this.cursor).trimEnd()
    return before.lastIndexOf(' ') + 1
  }
}

export function createInterface(options: Options): Interface {
  return new Interface(options)
}

/** The interface emits key events itself. */
export function emitKeypressEvents(): void {}

export default { createInterface, emitKeypressEvents }
