import { isCredential } from '../core/credential.ts'
import type { Address } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import type { Secret } from '../core/secret.ts'
import { clientOf } from '../core/token.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { OwnClient } from '../engine/settings.ts'
import type { Us } from '../sign-in/oauth-server.ts'
import type { Person } from '../sign-in/person.ts'
import type { Found } from '../sign-in/probe.ts'
import { hostOfBase } from '../sign-in/provider.ts'
import { endpointAt } from './login-place.ts'

/** As which client a person signs in, if there is one. */
export function clientIdFor({ provider }: Found, own: OwnClient | undefined): string | undefined {
  return own?.clientId ?? provider.clientId
}

/**
 * The client with its secret, if it has one: the one that git's settings have, what the person types, or that of the last
 * sign-in with this client. It is kept with the token, and never in a file of settings.
 */
export async function clientWithSecret(
  context: CliContext,
  { found, typed }: { readonly found: Found; readonly typed: Address },
  clientId: string,
  own: OwnClient | undefined,
  person: Person,
): Promise<Us> {
  const hasSecret = own?.clientHasSecret ?? found.provider.clientHasSecret === true
  if (own?.clientSecret !== undefined) return { clientId, clientSecret: own.clientSecret }
  if (!hasSecret) return { clientId }
  const kept = await keptSecret(context, endpointAt(found, typed), clientId)
  return { clientId, clientSecret: await askedSecret(found, clientId, kept, person) }
}

async function keptSecret({ engine, asker }: CliContext, at: Address, clientId: string): Promise<Secret | undefined> {
  for (const store of await engine.stores()) {
    for (const item of await store.find(asker, [at])) {
      const client = isCredential(item) && item.kind === 'token' ? clientOf(item) : undefined
      if (client?.clientId === clientId && client.clientSecret !== undefined) return client.clientSecret
    }
  }
  return undefined
}

async function askedSecret(
  { base }: Found,
  clientId: string,
  kept: Secret | undefined,
  person: Person,
): Promise<Secret> {
  if (kept !== undefined && !person.isThere) return kept
  const otherwise = kept === undefined ? '' : ', empty for that of the last sign-in'
  const question = `Secret of the client ${clientId} at ${hostOfBase(base)}${otherwise}`
  const secret = person.isThere ? await person.askSecret(question) : await person.readSecret()
  if (secret.expose() !== '') return secret
  if (kept !== undefined) return kept
  throw new Failure('refused', `the client ${clientId} has a secret, and none was given`, {
    hints: [hint`type it, or give it on standard input`],
  })
}
