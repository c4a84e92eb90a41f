import type { Place } from '../core/credential.ts'
import { hint, placeWords } from '../core/hint.ts'
import type { SetResult } from '../core/persons-word.ts'
import { shownAccount } from './arguments.ts'

/** Reports the other effects of the save, and how to undo them. */
export function remarksOn(change: SetResult, { endpoint, account }: Place, hours: number): readonly string[] {
  const who = shownAccount(account)
  const instead = change.restorable === 'instead' ? ['--replace'] : []
  const restore = hint`credbridge restore ${[...instead, ...placeWords(endpoint, account)]}`
  return [
    ...change.ended.map((tool) => `${tool} no longer uses the one that it saved for ${who}, and gets this one`),
    ...change.updated.map((service) => `Python's keyring has it, too, as ${service}`),
    ...change.untouched.map((service) => `Python's keyring keeps another one as ${service}, and finds that first`),
    ...(change.restorable === 'no' ? [] : [`to restore the former one within ${hours} hours: ${restore}`]),
    ...change.resumed.map((tool) => `${tool} gets the credential of ${who} again`),
    ...(change.isNowDefault ? [`${who} is now the default at ${endpoint.key}`] : []),
  ]
}
