import { type Credential, isCredential, isOfAccount, type StoredItem } from '../core/credential.ts'
import { withParents } from '../core/endpoint.ts'
import { asFailure, Failure } from '../core/failure.ts'
import { grantOf } from '../core/grant.ts'
import { hint, placeWords } from '../core/hint.ts'
import { samePlace } from '../core/same.ts'
import { endedToken } from '../core/token.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { endAtProvider } from '../sign-in/end-at-provider.ts'
import { providerNamed } from '../sign-in/providers.ts'
import { type Fetch, httpClient } from '../system/http/client.ts'
import { nothingThere, sayLine, shownAccount } from './arguments.ts'
import type { NamedPlace } from './place.ts'

export interface LogoutOptions {
  readonly forget?: boolean
}

/** Ends a sign-in at its provider and forgets it. Returns the exit code. */
export async function logout(context: CliContext, place: NamedPlace, { forget }: LogoutOptions): Promise<number> {
  const { terminal } = context
  const tokens = await tokensAround(context, place)
  const [token, ...more] = tokens
  if (token === undefined) return notSignedIn(context, place)
  if (more.length > 0) throw severalAccounts(tokens)
  const fetch = await fetchOf(context)
  if (!(await isEnded(context, fetch, token, forget === true))) return nothingThere
  const broker = await context.broker()
  await endCopies(context, fetch, token)
  await (await broker.personActions()).remove(token, 'final')
  await (await broker.restorable()).forget({ endpoint: token.endpoint, account: token.account, owner: token.owner })
  sayLine(terminal, `${shownAccount(token.account)} at ${token.endpoint.key} is signed out and forgotten`)
  return 0
}

/** A sign-in is kept at the base of an instance, so an address below it means that one, too. */
async function tokensAround(context: CliContext, { endpoint, account }: NamedPlace) {
  for (const one of endpoint.form === 'address' ? withParents(endpoint) : [endpoint]) {
    const tokens = await tokensAt(context, { endpoint: one, account })
    if (tokens.length > 0) return tokens
  }
  return []
}

async function tokensAt(
  { engine, asker }: CliContext,
  { endpoint, account }: NamedPlace,
): Promise<readonly StoredItem<Credential>[]> {
  const found = []
  for (const store of await engine.stores()) found.push(...(await store.find(asker, [endpoint], account)))
  const tokens = found.filter(isCredential).filter(({ kind }) => kind === 'token')
  return tokens.filter((token) => isOfAccount(account, token))
}

async function notSignedIn(context: CliContext, { endpoint, account }: NamedPlace): Promise<number> {
  const { terminal } = context
  const actions = await (await context.broker()).personActions()
  const others = await actions.entriesAt(endpoint, account)
  sayLine(terminal, `nobody is signed in at ${endpoint.key} by credbridge login`)
  for (const other of others) {
    sayLine(terminal, hint`hint: to remove what is kept: credbridge remove ${placeWords(endpoint, other.account)}`)
  }
  return nothingThere
}

function severalAccounts(tokens: readonly Credential[]): Failure {
  return new Failure('ambiguous', 'there are several accounts', {
    hints: tokens.map(({ endpoint, account }) => hint`credbridge logout ${placeWords(endpoint, account)}`),
  })
}

/** Ends what is kept now, while nothing renews it, and marks it so that nothing does any more. */
async function endNow({ engine, asker }: CliContext, fetch: Fetch, token: Credential) {
  for (const store of await engine.stores()) {
    const done = await store.alone(asker, token, async () => {
      const items = (await store.find(asker, [token.endpoint], token.account)).filter(isCredential)
      const current = items.find((one) => one.kind === 'token' && samePlace(one, token))
      if (current === undefined) return undefined
      const outcome = await endAtProvider(fetch, current)
      await store.save(asker, endedToken(current, Date.now()), { replaces: current })
      return outcome
    })
    if (done !== undefined) return done
  }
  return endAtProvider(fetch, token)
}

/** Ends the token at the provider. False if that failed and the person wants to keep it. */
async function isEnded(context: CliContext, fetch: Fetch, token: Credential, forget: boolean): Promise<boolean> {
  const { terminal } = context
  try {
    const done = await endNow(context, fetch, token)
    if (done === 'impossible') sayHowToEnd(context, token)
    return true
  } catch (error) {
    const failure = asFailure(error)
    const words = placeWords(token.endpoint, token.account)
    const otherwise = hint`to forget it here all the same: credbridge logout --forget ${words}`
    if (!forget && !terminal.inIsTerminal) {
      throw new Failure(failure.code, `it could not be ended at the provider, so it was kept: ${failure.message}`, {
        hints: [otherwise],
        cause: failure,
      })
    }
    sayLine(terminal, `it could not be ended at the provider: ${failure.message}`)
    sayHowToEnd(context, token)
    return forget || (await terminal.confirm('Forget it here all the same?', otherwise))
  }
}

async function fetchOf({ machine, engine }: CliContext): Promise<Fetch> {
  const { httpCaFile } = await engine.settings()
  return httpClient({ environment: machine.env, caFile: httpCaFile })
}

/** Ends the former sign-ins that could be restored, because they are forgotten, too. */
async function endCopies({ broker, terminal }: CliContext, fetch: Fetch, token: Credential): Promise<void> {
  const { endpoint, account, owner } = token
  const copies = await (await (await broker()).restorable()).at(endpoint, account)
  for (const { erased } of copies) {
    if (erased.kind !== 'token' || erased.owner !== owner) continue
    try {
      await endAtProvider(fetch, erased)
    } catch (error) {
      sayLine(terminal, `note: a former sign-in could not be ended at the provider: ${asFailure(error).message}`)
    }
  }
}

function sayHowToEnd({ terminal }: CliContext, token: Credential): void {
  const { endPage } = providerNamed(grantOf(token).provider) ?? {}
  const where = endPage === undefined ? '' : `; end it there: ${endPage(token.endpoint.key)}`
  sayLine(terminal, `note: the token stays valid at the provider until it ends${where}`)
}
