import type { Owner } from '../core/credential.ts'
import { isObject, objectIn } from '../core/record.ts'
import { replaceFile } from '../system/atomic-write.ts'
import { readOwnFile, type UserId } from '../system/own-file.ts'
import type { Use, Word } from './question.ts'

/** What a person said about a use. `once` is kept for the time of this process only, and in no file. */
export interface Said extends Use {
  readonly grant: string
  readonly word: Word
  /** In milliseconds since 1970. */
  readonly at: number
}

/** What was said to one grant. It is read from its files each time, so that what is revoked there counts at once. */
export interface Remembered {
  note(use: Use, word: Word): void
  wordFor(use: Use): 'granted' | 'refused' | undefined
  /** Whether any find of this tool was granted. */
  grantsAny(tool: Owner): boolean
}

export interface RememberedPlace {
  readonly grant: string
  /** For `always` and `never`. */
  readonly lasting: string
  /** For `session`. */
  readonly session: string
  readonly userId: UserId
  readonly now: () => number
}

export function rememberedAt({ grant, lasting, session, userId, now }: RememberedPlace): Remembered {
  const saidHere = () =>
    [...readSaid(session, userId), ...readSaid(lasting, userId)].filter((one) => one.grant === grant)

  return {
    note({ does, tool, endpoint, account }, word) {
      if (word === 'once') return
      const file = word === 'session' ? session : lasting
      const said = { grant, does, tool, endpoint, account, word, at: now() }
      writeSaid(
        file,
        [...readSaid(file, userId).filter((one) => one.grant !== grant || !isSameUse(one, said)), said],
        userId,
      )
    },
    wordFor(use) {
      const said = saidHere().find((one) => isSameUse(one, use))
      return said === undefined ? undefined : said.word === 'never' ? 'refused' : 'granted'
    },
    grantsAny: (tool) => saidHere().some((one) => one.does === 'find' && one.tool === tool && one.word !== 'never'),
  }
}

/** What is said in a file; empty if there is none, or none that can be read. */
export function readSaid(file: string, userId: UserId): readonly Said[] {
  const all = objectIn(readOwnFile(file, userId)?.toString('utf8') ?? '')?.['said']
  return Array.isArray(all) ? all.filter(isSaid) : []
}

/** The file is private, and replaced whole. Its other members stay. */
export function writeSaid(file: string, said: readonly Said[], userId: UserId): void {
  const others = objectIn(readOwnFile(file, userId)?.toString('utf8') ?? '') ?? {}
  replaceFile(file, `${JSON.stringify({ ...others, said }, undefined, 2)}\n`)
}

function isSameUse(a: Use, b: Use): boolean {
  return a.does === b.does && a.tool === b.tool && a.endpoint === b.endpoint && a.account === b.account
}

function isSaid(value: unknown): value is Said {
  const texts = ['grant', 'does', 'tool', 'endpoint', 'account', 'word']
  return isObject(value) && texts.every((name) => typeof value[name] === 'string') && typeof value['at'] === 'number'
}
