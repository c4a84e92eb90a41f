import { person } from '../core/credential.ts'
import type { Address } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { type Hint, hint, placeWords } from '../core/hint.ts'
import { timeInWords } from '../core/time-words.ts'
import { clientOf, tokenCredential } from '../core/token.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { orEnded } from '../sign-in/end-at-provider.ts'
import type { Found } from '../sign-in/probe.ts'
import type { SignedIn } from '../sign-in/sign-in.ts'
import type { Fetch } from '../system/http/client.ts'
import { sayLine, shownAccount } from './arguments.ts'
import { endpointAt, wireRelated } from './login-place.ts'
import { remarksOn } from './set-remarks.ts'
import { toolsHere, usedBy } from './used-by.ts'

/** What the person asked for. */
interface Asked {
  readonly typed: Address
  readonly account: string | undefined
  /** Whether the provider's other hosts shall use it, too; `undefined`: the person is asked. */
  readonly related?: boolean | undefined
}

/** Keeps what a sign-in brought, and says what can be done with it. */
export async function keepSignIn(
  context: CliContext,
  fetch: Fetch,
  { typed, account: named, related }: Asked,
  { account: theirs, grant, issued, clientSecret, mayBeAnothers }: SignedIn,
  found: Found,
): Promise<number> {
  const { terminal } = context
  const endpoint = endpointAt(found, typed)
  const account = theirs ?? named ?? ''
  const place = { endpoint, account, owner: person }
  const token = tokenCredential(place, grant, issued, clientSecret)
  // A token that the person made is theirs: it has no renewal, and is not ended.
  const change = await orEnded(fetch, clientOf(token), [issued.refreshToken, issued.accessToken], async () => {
    if (named !== undefined && named !== account) {
      throw new Failure('refused', `this is the account ${account}, not ${named}; nothing was kept`)
    }
    if (named === undefined && mayBeAnothers === true) {
      const otherwise = hint`name the account: credbridge login ${placeWords(endpoint, account)}`
      const isTheirs = await terminal.confirm(`This is the account ${shownAccount(account)}. Is it yours?`, otherwise)
      if (!isTheirs) throw new Failure('refused', 'nothing was kept')
    }
    const change = await (await (await context.broker()).personActions()).set(token)
    if (change.result !== 'expired') return change
    throw new Failure('refused', 'the token has ended already, nothing was kept')
  })
  const end = issued.expires === undefined ? '' : `, until ${timeInWords(issued.expires * 1000, Date.now())}`
  const renewed = grant.renewal === undefined ? 'nothing renews it' : 'credbridge renews it'
  sayLine(terminal, `signed in at ${endpoint.key} as ${shownAccount(account)}${end}; ${renewed}`)
  if (endpoint.key !== typed.key) sayLine(terminal, `kept for ${endpoint.key}, for everything there`)
  if (grant.scopes.length > 0) sayLine(terminal, `it may: ${grant.scopes.join(', ')}`)
  const here = await toolsHere(context)
  const { now, notAsking, notShared } = await usedBy(context, place, here)
  sayLine(terminal, now.length === 0 ? 'no tool uses it yet' : `used by ${now.join(', ')} now`)
  const { recoverHours } = await context.engine.settings()
  const lacks = grant.renewal === undefined ? (found.provider.lacks ?? []) : []
  for (const remark of [...lacks, ...remarksOn(change, place, recoverHours)]) sayLine(terminal, `note: ${remark}`)
  const hints: readonly Hint[] = [
    ...(notAsking.length === 0 ? [] : [hint`credbridge setup ${notAsking}`]),
    ...notShared.map((tool) => hint`credbridge share --with ${tool} ${placeWords(endpoint, account)}`),
  ]
  for (const one of hints) sayLine(terminal, `hint: ${one}`)
  await wireRelated(context, found, related)
  return 0
}
