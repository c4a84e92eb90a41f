/*
 * What a project's file may say where a credential is given. Each setting that a manager knows has a verdict: harmless
 * with values of a certain type, or refused with a reason. A manager's table of verdicts is made from the manager's own
 * definitions, and a test fails when an installed version has a setting without one.
 */

export interface Harmless {
  /** Whether this value is of the type that is harmless. */
  readonly fits: (value: unknown) => boolean
  /** What any other value does, after the setting's name. */
  readonly otherwise?: string
  /** How much a value forbids; a project cannot go below what the person's own configuration says. */
  readonly strength?: (value: string) => number
  /** The setting of the person's that this one would take back; harmless only without it. */
  readonly loosens?: string
}

export interface Refused {
  /** What the setting does, after its name. */
  readonly does: string
}

export type Verdict = Harmless | Refused

export const runs: Refused = { does: 'names a program or a file that would run with the credential' }
export const trusts: Refused = { does: 'says by whose word a server is trusted' }
export const leads: Refused = { does: 'leads the credential another way' }
export const configures: Refused = { does: 'names another configuration, by which the credential would be sent' }
export const certifies: Refused = { does: 'says as whom you sign in' }
export const sends: Refused = { does: 'names a file that would be sent' }
export const mints: Refused = { does: 'says what a new token may do' }
export const consents: Refused = { does: 'answers questions that are meant for you' }
export const assembled: Refused = { does: 'is a name that is put together from variables' }
export const unjudged: Refused = { does: 'is a setting that this version of credbridge does not know' }

export const anything: Harmless = { fits: () => true }
export const flag: Harmless = { fits: (value) => ['true', 'false', '', null].includes(plain(value) ?? null) }
export const number: Harmless = { fits: isNumber }
/** A scalar or a list of scalars. */
export const text: Harmless = { fits: (value) => [value].flat().every((one) => plain(one) !== undefined) }

/** This value and no other. */
export function only(value: string, otherwise: string): Harmless {
  return { fits: (written) => plain(written) === value, otherwise }
}

/** The check of the server stays on. */
export const serverChecked = only('true', 'turns off the check of the server')

/** No permission for the scripts of every package. */
export const scriptsOff = only('false', 'lets the scripts of every package run')

/** One of these values, each of which forbids more than the one before. */
export function stronger(...values: readonly string[]): Harmless {
  return { fits: (value) => values.includes(plain(value) ?? ''), strength: (value) => values.indexOf(value) }
}

/** A number that forbids more the larger it is. */
export const larger: Harmless = { fits: isNumber, strength: Number }

/** A date that forbids more the earlier it is. */
export const earlier: Harmless = {
  fits: (value) => !Number.isNaN(Date.parse(plain(value) ?? '')),
  strength: (value) => -Date.parse(value),
}

/** Exceptions from what another setting forbids. */
export function exceptFrom(setting: string): Harmless {
  return { ...anything, loosens: setting }
}

/** A scalar as text; `null` stays, because it means that nothing is said; `undefined` for lists and objects. */
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

/** The same verdict for each of these names, which stand in one text with blanks between them. */
export function each(verdict: Verdict, names: string): Readonly<Record<string, Verdict>> {
  return Object.fromEntries(names.split(/\s+/).flatMap((name) => (name === '' ? [] : [[name, verdict]])))
}

/** A name without what its spellings differ in: managers are generous about dashes, underscores and capitals. */
export function bare(name: string): string {
  return name.replace(/[-_]/g, '').toLowerCase()
}
