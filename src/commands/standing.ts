import type { Entry } from '../core/credential.ts'
import { ourselves, toolOf } from '../core/credential.ts'
import { type EndedUse, isWithheld } from '../core/ended-uses.ts'
import { sameEndpoint } from '../core/endpoint.ts'
import { type Hint, hint, placeWords } from '../core/hint.ts'
import type { Copy } from '../core/restorable.ts'
import { tools } from '../tools/index.ts'
import { shownAccount } from './arguments.ts'

/** How a credential stands with the tools: who may list it, who no longer gets it, whether it is the default. */
export interface Standing {
  readonly isDefault: boolean
  readonly sharedWith: readonly string[]
  readonly ended: readonly EndedUse[]
}

/** `entries`: everything that is kept, notes too. */
export function standingOf(entry: Entry, entries: readonly Entry[], ended: readonly EndedUse[]): Standing {
  const notes = entries.filter(
    ({ endpoint, account }) => account === entry.account && sameEndpoint(endpoint, entry.endpoint),
  )
  const lists = (name: string) => tools.some((tool) => tool.name === name && tool.lists?.(entry) === true)
  const shares = notes.filter(({ kind, owner }) => kind === 'shared' && owner !== entry.owner && lists(toolOf(owner)))
  return {
    isDefault: notes.some(({ kind, owner }) => kind === 'default' && owner === ourselves),
    sharedWith: shares.map(({ owner }) => toolOf(owner)).sort(),
    ended: ended.filter((use) => isWithheld(entry, use)),
  }
}

/** The same in words for a person. */
export function shownStanding({ isDefault, sharedWith, ended }: Standing, now: number): string {
  const shared = sharedWith.map((tool) => `shared with ${tool}`)
  return [...(isDefault ? ['default'] : []), ...shared, ...shownEnded(ended, now)].join('; ')
}

/** Who no longer gets it, and why. */
export function shownEnded(ended: readonly EndedUse[], now: number): readonly string[] {
  return ended.map(({ tool, refusedAt }) => `${refusal(refusedAt, now)}${tool} no longer gets it`)
}

/** The same for scripts. */
export function jsonStanding({ isDefault, sharedWith, ended }: Standing): Record<string, unknown> {
  const uses = ended.map(({ tool, refusedAt }) => ({
    tool,
    ...(refusedAt === undefined ? {} : { refusedAt: iso(refusedAt) }),
  }))
  return { default: isDefault, sharedWith, endedFor: uses }
}

/** What can be done about what a server refused. */
export function mendings(entry: Entry, ended: readonly EndedUse[]): readonly Hint[] {
  const refused = ended.filter((use) => use.refusedAt !== undefined && isWithheld(entry, use))
  const words = placeWords(entry.endpoint, entry.account)
  const restore = refused.some(({ restorable }) => restorable) ? [hint`credbridge restore ${words}`] : []
  return refused.length === 0 ? [] : [...restore, hint`credbridge set ${words}`]
}

/** What a tool had of its own until a server refused it. */
export function refusedCopy({ erased: { endpoint, account, owner } }: Copy, takenAt: number, now: number): string {
  return `${shownAccount(account)} at ${endpoint.key}, saved by ${owner}: refused by the server ${localTime(takenAt, now)}, and removed`
}

function refusal(at: number | undefined, now: number): string {
  return at === undefined ? '' : `refused by the server ${localTime(at, now)}; `
}

/** The time of day; another day than today's before it. */
export function localTime(at: number, now: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = (date: Date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  const date = new Date(at)
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`
  return day(date) === day(new Date(now)) ? time : `${day(date)} ${time}`
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
