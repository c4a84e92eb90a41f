import { type Place, person } from '../../../core/credential.ts'
import type { Endpoint } from '../../../core/endpoint.ts'
import { Failure } from '../../../core/failure.ts'
import { endpointWords, hint, placeWords } from '../../../core/hint.ts'
import { isFolderPath } from '../../folder-path.ts'
import type { SharedPlace, StoreCommandContext } from '../../store-type.ts'
import { connectionOf } from '../connection.ts'
import { openbaoStore } from '../store.ts'
import { toGive } from './travel.ts'

export interface SharingOptions {
  readonly undo: boolean
  /** Whether the person has agreed already. */
  readonly yes: boolean
}

const asker = { tool: person, personPresent: true }

/** Copies a credential into the folder of a team, or removes it there. */
export async function shareWithTeam(
  context: StoreCommandContext,
  place: SharedPlace,
  team: string,
  { undo, yes }: SharingOptions,
): Promise<number> {
  const { terminal } = context
  const connection = connectionOf({ ...context, parameter: '' })
  const folder = team.includes('/') ? team : `teams/${team}`
  if (!isFolderPath(folder) || folder.includes('{me}')) {
    throw new Failure('malformed', 'the team must be a name, or the names of folders between slashes')
  }
  const store = openbaoStore(connection, folder, `openbao:${folder}`)
  const { endpoint } = place
  if (undo) {
    const there = (await store.find(asker, [endpoint], place.account)).filter(({ owner }) => owner === person)
    if (there.length > 1) throw severalAccounts(team, endpoint, there)
    const [only] = there
    if (only !== undefined && !yes) {
      const taken = `Take ${shown(only.account)} at ${endpoint.key} from everyone who may read ${folder}?`
      const toAgree = hint`credbridge share --undo --yes --with-team ${team} ${placeWords(endpoint, only.account)}`
      if (!(await terminal.confirm(taken, toAgree))) return declined(context)
    }
    for (const item of there) await store.remove(asker, item)
    if (there.length === 0) terminal.say(`${folder} has nothing for ${endpoint.key}\n`)
    for (const { account } of there) terminal.say(`${shown(account)} at ${endpoint.key} is no longer in ${folder}\n`)
    return there.length === 0 ? 1 : 0
  }
  const credential = await toGive(context, place)
  const before = (await store.find(asker, [endpoint], credential.account)).find(({ owner }) => owner === person)
  const what = `${shown(credential.account)} at ${endpoint.key}`
  const replaces = before === undefined ? '' : ', in place of the one that is there'
  const question = `Give ${what} to everyone who may read ${folder}${replaces}?`
  if (
    !yes &&
    !(await terminal.confirm(question, hint`credbridge share --yes --with-team ${team} ${endpointWords(endpoint)}`))
  ) {
    return declined(context)
  }
  await store.save(asker, credential, { replaces: before })
  terminal.say(`${what} is now in ${folder}\n`)
  return 0
}

function declined({ terminal }: StoreCommandContext): number {
  terminal.say('nothing was changed\n')
  return 1
}

function severalAccounts(team: string, endpoint: Endpoint, there: readonly Place[]): Failure {
  return new Failure('ambiguous', 'there are several accounts', {
    hints: there.map(
      ({ account }) => hint`credbridge share --undo --with-team ${team} ${placeWords(endpoint, account)}`,
    ),
  })
}

function shown(account: string): string {
  return account === '' ? '(no user name)' : account
}
