import { bare } from './bare.ts'

/*
 * What a project's file may contain if a manager gets a credential. Each setting that a manager knows has a verdict:
 * harmless with values of a certain type, or refused with a reason. The table of verdicts is made from the manager's
 * own definitions, and a test fails if an installed version has a setting without one.
 */

export interface Harmless {
  /** Whether this value has the harmless type. */
  readonly fits: (value: unknown) => boolean
  /** The effect of any other value, worded to follow the setting's name. */
  readonly otherwise?: string
  /** How strict a value is. A project cannot be less strict than the person's own configuration. */
  readonly strength?: (value: string) => number
  /** The person's setting that this one would loosen. It is harmless only if that is not set. */
  readonly loosens?: string
}

export interface Refused {
  /** The setting's effect, worded to follow its name. */
  readonly does: string
}

export type Verdict = Harmless | Refused

export const runs: Refused = { does: 'names a program or a file that would run with the credential' }
export const trusts: Refused = { does: 'changes which servers are trusted' }
export const leads: Refused = { does: 'sends the credential another way' }
export const configures: Refused = { does: 'names another configuration, which decides where the credential is sent' }
export const certifies: Refused = { does: 'sets who you sign in as' }
export const sends: Refused = { does: 'names a file that would be sent' }
export const mints: Refused = { does: 'sets the permissions of a new token' }
export const consents: Refused = { does: 'answers questions that are meant for you' }
export const assembled: Refused = { does: 'has a name that is made from variables' }
export const unjudged: Refused = { does: 'is a setting that this version of credbridge does not know' }

export const anything: Harmless = { fits: () => true }
export const flag: Harmless = { fits: (value) => ['true', 'false', '', null].includes(plain(value) ?? null) }
export const number: Harmless = { fits: isNumber }
/** A scalar or a list of scalars. */
export const text: Harmless = { fits: (value) => [value].flat().every((one) => plain(one) !== undefined) }

/** Only this value. */
export function only(value: string, otherwise: string): Harmless {
  return { fits: (written) => plain(written) === value, otherwise }
}

/** The verification of the server stays enabled. */
export const serverChecked = only('true', 'turns off the check of the server')

/** Scripts of every package are not permitted. */
export const scriptsOff = only('false', 'lets the scripts of every package run')

/** One of these values, in ascending order of strictness. */
export function stronger(...values: readonly string[]): Harmless {
  return { fits: (value) => values.includes(plain(value) ?? ''), strength: (value) => values.indexOf(value) }
}

/** A number; the larger, the stricter. */
export const larger: Harmless = { fits: isNumber, strength: Number }

/** A date; the earlier, the stricter. */
export const earlier: Harmless = {
  fits: (value) => !Number.isNaN(Date.parse(plain(value) ?? '')),
  strength: (value) => -Date.parse(value),
}

/** Exceptions to another setting's restrictions. */
export function exceptFrom(setting: string): Harmless {
  return { ...anything, loosens: setting }
}

/** A scalar as text. `null` stays, because it means "not set". `undefined` for lists and objects. */
export function plain(value: unknown): string | null | undefined {
  if (value === null || typeof value === 'string') return value
  return typeof value === 'boolean' || typeof value === 'number' ? String(value) : undefined
}

function isNumber(value: unknown): boolean {
  const written = plain(value)
  return written === null || (written !== undefined && /^(\d+(\.\d+)?|Infinity)$/.test(written))
}

/** Verdicts by the bare names of settings. */
export type Table = ReadonlyMap<string, Verdict>

export function tableOf(...verdicts: readonly Readonly<Record<string, Verdict>>[]): Table {
  return new Map(verdicts.flatMap((one) => Object.entries(one).map(([name, verdict]) => [bare(name), verdict])))
}

/** The same verdict for each of these names, separated by blanks. */
export function each(verdict: Verdict, names: string): Readonly<Record<string, Verdict>> {
  return Object.fromEntries(names.split(/\s+/).flatMap((name) => (name === '' ? [] : [[name, verdict]])))
}
