import { type Credential, kinds, person } from '../../../core/credential.ts'
import { printCredential } from '../../../core/credential-record.ts'
import { Failure } from '../../../core/failure.ts'
import { endpointWords, hint } from '../../../core/hint.ts'
import type { SharedPlace, StoreCommandContext } from '../../store-type.ts'

/** The credential that a person gives to others, as the person's own. What renews itself or runs a command stays. */
export async function toGive({ broker }: StoreCommandContext, { endpoint, account }: SharedPlace): Promise<Credential> {
  const lookup = { tool: person, kinds, endpoints: [endpoint], ...(account === undefined ? {} : { account }) }
  const answer = await (await broker()).find(lookup)
  if (answer === undefined) {
    throw new Failure('refused', `nothing is kept for ${endpoint.key}`, {
      hints: [hint`credbridge list ${endpointWords(endpoint)}`],
    })
  }
  if (answer.token === true) throw stays('it renews itself, and only one machine can do that')
  if (answer.minted === true) throw stays('a command prints it, which others can run themselves')
  const { stored: _, savedAt: __, spelling: ___, ...credential } = answer.credential
  return { ...credential, owner: person }
}

/** The record of a credential, in which every kind fits. */
export function recordOf(credential: Credential): string {
  return printCredential(credential)
}

function stays(why: string): Failure {
  return new Failure('unsupported', `this credential cannot be given to others: ${why}`)
}
