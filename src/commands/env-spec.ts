import type { Broker } from '../core/broker.ts'
import { type Credential, type Entry, type Kind, person } from '../core/credential.ts'
import type { Address, Endpoint } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { hint, placeWords } from '../core/hint.ts'
import { type Before, type Profile, profiles } from '../tools/profiles.ts'
import { loadsCode } from '../tools/variables.ts'
import type { NamedPlace } from './place.ts'

/*
 * A variable for a program's environment: `NAME=<endpoint>[#account][:part]`, or a profile. The person names the
 * endpoint, so the lookup is that of `credbridge get`: exactly that endpoint, items of every owner.
 */

const parts = {
  username: ['basic'],
  password: ['basic', 'bearer', 'header'],
  basic: ['basic'],
  bearer: ['bearer'],
} as const satisfies Readonly<Record<string, readonly Kind[]>>

type Part = keyof typeof parts

export interface EnvSpec {
  readonly variable: string
  /** The endpoint, and the account if one is named, as the person typed them. */
  readonly place: string
  readonly part: Part
}

/** Reads an endpoint and an account as the other commands do. */
export type ReadPlace = (word: string) => Promise<NamedPlace>

export interface EnvVariables {
  readonly endpoint: Endpoint
  readonly variables: Readonly<Record<string, string>>
}

export function parseEnvSpec(text: string): EnvSpec {
  const equals = text.indexOf('=')
  const variable = text.slice(0, Math.max(equals, 0))
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(variable)) {
    throw new Failure('malformed', 'a variable is written NAME=https://host')
  }
  if (loadsCode(variable)) {
    throw new Failure('refused', `${variable} makes programs run code or go another way, and holds no secret`)
  }
  const rest = text.slice(equals + 1)
  const colon = rest.lastIndexOf(':')
  const part = Object.keys(parts).find((name) => name === rest.slice(colon + 1)) as Part | undefined
  return { variable, place: part === undefined ? rest : rest.slice(0, colon), part: part ?? 'password' }
}

export async function envSpecVariables(
  { variable, place, part }: EnvSpec,
  broker: Broker,
  readPlace: ReadPlace,
): Promise<EnvVariables> {
  const { endpoint, account } = await readPlace(place)
  const credential = await credentialFor(broker, endpoint, account, parts[part])
  return { endpoint, variables: { [variable]: textFor(credential, part) } }
}

function textFor({ account, secret, scheme }: Credential, part: Part): string {
  const text = secret.expose()
  if (text.includes('\0')) throw new Failure('malformed', 'a variable cannot carry a NUL character')
  switch (part) {
    case 'username':
      return account
    case 'password':
      return text
    case 'basic':
      return `Basic ${Buffer.from(`${account}:${text}`).toString('base64')}`
    case 'bearer':
      return `${scheme ?? 'Bearer'} ${text}`
    default:
      return part satisfies never
  }
}

/** `name[:word][=<endpoint>[#account]]`. Without an endpoint: everything that a person shared with the profile. */
export async function profileVariables(
  text: string,
  broker: Broker,
  readPlace: ReadPlace,
  before: Before,
): Promise<EnvVariables> {
  const equals = text.indexOf('=')
  const [name = '', word = ''] = (equals < 0 ? text : text.slice(0, equals)).split(':')
  const profile = profileNamed(name)
  if ((profile.word !== undefined) !== (word !== '') || !/^[A-Za-z0-9_.-]*$/.test(word)) {
    const form = profile.word === undefined ? name : `${name}:<${profile.word}>`
    throw new Failure('malformed', `this profile is written ${form}=https://host`)
  }
  const places = equals < 0 ? await sharedWith(profile, broker) : [await addressFrom(text.slice(equals + 1), readPlace)]
  let variables: Readonly<Record<string, string>> = {}
  for (const { endpoint, account } of places) {
    const credential = await credentialFor(broker, endpoint, account, profile.kinds)
    const known: Before = (variable) => variables[variable] ?? before(variable)
    variables = { ...variables, ...profile.variables({ ...credential, endpoint }, word, known) }
  }
  const [first] = places
  if (first === undefined) throw new Failure('internal', 'a profile without a place')
  return { endpoint: first.endpoint, variables }
}

function profileNamed(name: string): Profile {
  const profile = profiles.find((one) => one.name === name)
  if (profile !== undefined) return profile
  throw new Failure('malformed', 'there is no such profile', {
    hints: [hint`the profiles are: ${profiles.map((one) => one.name)}`],
  })
}

async function sharedWith(
  { name }: Profile,
  broker: Broker,
): Promise<readonly { endpoint: Address; account: string }[]> {
  const shared = (await broker.list()).filter(({ kind, owner }) => kind === 'shared' && owner === name)
  const places = shared.flatMap(({ endpoint, account }: Entry) =>
    endpoint.form === 'address' ? [{ endpoint, account }] : [],
  )
  if (places.length > 0) return places
  throw new Failure('refused', `no credential is named for ${name}`, {
    hints: [
      hint`credbridge run --profile ${name}=https://host -- …`,
      hint`credbridge share https://host --with ${name}`,
    ],
  })
}

/** A profile's variables hold the host. */
async function addressFrom(
  word: string,
  readPlace: ReadPlace,
): Promise<{ readonly endpoint: Address; readonly account: string | undefined }> {
  const { endpoint, account } = await readPlace(word)
  if (endpoint.form === 'address') return { endpoint, account }
  throw new Failure('malformed', 'a profile needs the address of a server, and no service name', {
    hints: [hint`for the server: ${`https://${word}`}`],
  })
}

async function credentialFor(
  broker: Broker,
  endpoint: Endpoint,
  account: string | undefined,
  kinds: readonly Kind[],
): Promise<Credential> {
  const lookup = { tool: person, kinds, endpoints: [endpoint], ...(account === undefined ? {} : { account }) }
  const answer = await broker.find(lookup)
  if (answer !== undefined) return { ...answer.credential, account: answer.user }
  const [kind = 'basic'] = kinds
  throw new Failure('refused', `there is no ${kinds.join(' or ')} credential for ${endpoint.key}`, {
    hints: [hint`credbridge set --kind ${kind} ${placeWords(endpoint, account === '' ? undefined : account)}`],
  })
}
