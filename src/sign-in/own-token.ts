import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import type { Fetch } from '../system/http/client.ts'
import { tokenText } from './issued-token.ts'
import type { Person } from './person.ts'
import type { Found } from './probe.ts'
import { hostOfBase, userNames } from './provider.ts'
import type { SignedIn } from './sign-in.ts'
import { checkToken } from './token-check.ts'

/** Takes a token that the person makes on the provider's page, and asks the provider about it. Nothing is kept here. */
export async function signInByToken(
  fetch: Fetch,
  { provider, base }: Found,
  named: string | undefined,
  user: string | undefined,
  person: Person,
): Promise<SignedIn> {
  const host = hostOfBase(base)
  const { tokenPage, ticks, scopes, inquiries, asksAccount } = provider
  if (person.isThere && tokenPage !== undefined) {
    const page = tokenPage(base)
    person.say(`make a token for credbridge on this page: ${page}`)
    if (ticks !== undefined) person.say(`tick there: ${ticks}`)
    await person.open(page)
  }
  const account = named ?? (asksAccount === undefined ? '' : await accountFrom(person, asksAccount))
  const typed = person.isThere ? await person.askSecret(`Token of ${host}`) : await person.readSecret()
  if (typed.expose() === '') throw new Failure('refused', 'no token was given, nothing was kept')
  const accessToken = tokenText('the input', typed.expose())
  const known = inquiries === undefined ? {} : await checkToken(fetch, inquiries(base), accessToken, account)
  const { expires } = known
  if (expires !== undefined && expires * 1000 <= Date.now()) {
    throw new Failure('refused', 'the token has expired already, nothing was kept')
  }
  const name = known.account ?? (account === '' ? undefined : account)
  return {
    ...(name === undefined ? {} : { account: name }),
    grant: {
      provider: provider.name,
      ...userNames(user, provider.user, provider.users),
      scopes: known.scopes ?? (inquiries === undefined ? scopes : []),
    },
    issued: { accessToken, ...(expires === undefined ? {} : { expires }) },
  }
}

async function accountFrom(person: Person, question: string): Promise<string> {
  if (person.isThere) return person.ask(question)
  throw new Failure('refused', 'the account must be named', { hints: [hint`name it after the endpoint`] })
}
