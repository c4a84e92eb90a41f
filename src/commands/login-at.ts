import type { Address, Endpoint } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { endpointWords, hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { OwnClient } from '../engine/settings.ts'
import { findBrowser } from '../sign-in/browser.ts'
import { ownClientFor } from '../sign-in/own-client.ts'
import { signInByToken } from '../sign-in/own-token.ts'
import type { Person } from '../sign-in/person.ts'
import { type Found, findProvider } from '../sign-in/probe.ts'
import { hostOfBase } from '../sign-in/provider.ts'
import { describedProvider, selfHosted } from '../sign-in/providers.ts'
import { signInByOAuth } from '../sign-in/sign-in.ts'
import { feedDetached } from '../system/feed.ts'
import { httpClient } from '../system/http/client.ts'
import { sayLine } from './arguments.ts'
import { clientIdFor, clientWithSecret } from './login-client.ts'
import { keepCommand } from './login-command.ts'
import { keepSignIn } from './login-kept.ts'
import type { NamedPlace } from './place.ts'

export interface LoginOptions {
  readonly device?: boolean
  readonly token?: boolean
  readonly from?: string
  readonly yes?: boolean
}

/** Signs a person in at a provider and keeps the token. Returns the exit code. */
export async function login(context: CliContext, place: NamedPlace, options: LoginOptions): Promise<number> {
  const typed = addressOf(place.endpoint)
  const { httpCaFile, signIn } = await context.engine.settings()
  const { machine, terminal } = context
  const fetch = httpClient({ environment: machine.env, caFile: httpCaFile })
  const own = await ownClientFor(typed, signIn, machine)
  const found = (await findProvider(fetch, typed)) ?? namedServer(typed, own)
  if (options.from !== undefined) return keepCommand(context, typed, place.account, found, options.from, options.yes)
  if (found === undefined) throw nothingKnown(typed)
  // A store that cannot keep it says so before the person signs in.
  await (await context.broker()).list()
  const { provider, base } = found
  if (provider.keptAt === 'typed' && typed.path === '') throw withoutOrganisation(found)
  sayLine(terminal, describedProvider(provider, base))
  const here = personOn(context, options)
  const clientId = clientIdFor(found, own)
  const byOAuth = options.token !== true && clientId !== undefined && provider.grants.length > 0
  if (byOAuth) await refuseElsewhere(context, found, typed)
  else sayWhyToken(context, found, options)
  const signedIn = byOAuth
    ? await signInByOAuth(
        fetch,
        found,
        await clientWithSecret(context, { found, typed }, clientId, own, here),
        own,
        here,
      )
    : await signInByToken(fetch, found, place.account, own?.user, here)
  return keepSignIn(context, fetch, { typed, account: place.account, related: options.yes }, signedIn, found)
}

/** The server that the settings name for an endpoint that does not say what it is. */
function namedServer({ key }: Address, own: OwnClient | undefined): Found | undefined {
  const isNamed = own?.issuer !== undefined || own?.tokenEndpoint !== undefined
  return isNamed ? { provider: selfHosted('oauth'), base: key } : undefined
}

function addressOf(endpoint: Endpoint): Address {
  if (endpoint.form === 'address' && ['https', 'http'].includes(endpoint.scheme)) return endpoint
  throw new Failure('unsupported', `${endpoint.key} is no server at which one can sign in`, {
    hints: [hint`credbridge set ${endpointWords(endpoint)}`],
  })
}

function personOn({ terminal, machine }: CliContext, { device }: LoginOptions): Person {
  const { ask, askSecret, confirm, readSecret, inIsTerminal } = terminal
  const browser = device === true ? undefined : findBrowser(machine)
  return {
    isThere: inIsTerminal,
    say: (line) => sayLine(terminal, line),
    ...{ ask, askSecret, confirm, readSecret },
    async open(url) {
      if (browser === undefined) return false
      const { program, words } = browser
      return feedDetached(machine.env, program, [...words, url], '').then(
        () => true,
        () => false,
      )
    },
  }
}

/** A store that others read, too, keeps nothing that renews itself (core/store.ts). */
async function refuseElsewhere({ engine, asker }: CliContext, { provider }: Found, typed: Address): Promise<void> {
  const { name, traits } = await engine.storeForSaves(asker)
  if (traits.elsewhere !== true) return
  throw new Failure(
    'unsupported',
    `the ${name} store keeps nothing that renews itself, which this sign-in would bring`,
    {
      hints: [
        hint`to use this machine's own store: credbridge use vault --move`,
        ...(provider.tokenPage === undefined
          ? []
          : [hint`with a token that you make: credbridge login --token ${endpointWords(typed)}`]),
      ],
    },
  )
}

function withoutOrganisation({ provider, base }: Found): Failure {
  return new Failure('malformed', `at ${provider.title} one signs in to an organisation`, {
    hints: [hint`credbridge login ${`${base}/`}<organisation>`],
  })
}

function nothingKnown(endpoint: Address): Failure {
  return new Failure('unsupported', `${endpoint.key} does not say how one signs in there`, {
    hints: [
      hint`if another server signs in for it, name that in the settings: issuer in [sign-in.${endpoint.key}]`,
      hint`to keep a token that you have: credbridge set ${endpointWords(endpoint)}`,
    ],
  })
}

/** Says why no browser signs in, and what is left. Without a page for tokens there is nothing left. */
function sayWhyToken({ terminal }: CliContext, { provider, base }: Found, { token }: LoginOptions): void {
  const { tokenPage, printedBy, grants } = provider
  const own = hint`with a client of your own it would renew itself: docs/sign-in.md, Your own client`
  if (tokenPage === undefined) {
    const instead = printedBy === undefined ? [] : [hint`credbridge login ${base} --from ${printedBy.program}`]
    throw new Failure('unsupported', `credbridge has no client id for ${hostOfBase(base)}`, {
      hints: [...instead, ...(grants.length > 0 ? [own] : [])],
    })
  }
  if (token === true) return
  sayLine(terminal, `credbridge has no client id of its own there, so a token that you make signs in`)
  if (grants.length > 0) sayLine(terminal, `note: ${own}`)
  if (printedBy !== undefined) {
    sayLine(
      terminal,
      hint`note: if ${printedBy.program} is signed in: credbridge login ${base} --from ${printedBy.program}`,
    )
  }
}
