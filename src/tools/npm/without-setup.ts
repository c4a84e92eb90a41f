import type { PlainSecret, SetupOption, SetupOptions } from '../tool.ts'

/** What an import found in some files. */
export interface Findings {
  readonly secrets: readonly PlainSecret[]
  readonly remarks: readonly string[]
}

/* Moving a secret out of a file signs its manager out, unless the manager asks us. */

export const withoutSetup: SetupOption = {
  flags: '--without-setup',
  says: 'also what a manager reads that does not ask credbridge, and is signed out then',
}

/** Leaves what would sign its manager out, and says what to do first. A copy signs nobody out. */
export function onlyWhatIsAskedFor(
  { secrets, remarks }: Findings,
  options: SetupOptions,
  isAskedFor: (secret: PlainSecret) => boolean,
  first: (secret: PlainSecret) => string,
): Findings {
  if (options['withoutSetup'] === true || options['keep'] === true) return { secrets, remarks }
  const left = secrets.filter((secret) => !isAskedFor(secret))
  const why = left.map((secret) => `${secret.where}: left, to sign nobody out; first: ${first(secret)}`)
  return { secrets: secrets.filter(isAskedFor), remarks: [...remarks, ...why] }
}
