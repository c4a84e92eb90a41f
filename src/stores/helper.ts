import { realpathSync } from 'node:fs'
import { sep } from 'node:path'
import type { Credential, Entry, Found, Item, Owner, Place } from '../core/credential.ts'
import { isCredential, python, sameValue } from '../core/credential.ts'
import { type Endpoint, hostAndPort, parseAddress, serviceName } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { insideHelper, type Ran, type Run } from '../core/program.ts'
import { Secret } from '../core/secret.ts'
import type { Store } from '../core/store.ts'
import { isServer, serverOf } from '../tools/docker/address.ts'

/*
 * Any docker credential helper as a store, spoken to from the client's side (docker-credential-helpers, README). It
 * keeps one account a server and knows no owners: whoever asks finds the item as its own.
 */

const notFound = 'credentials not found in native keychain'
const identityUser = '<token>'

interface Options {
  /** The part of the program's name behind `docker-credential-`. */
  readonly name: string
  /** Its absolute path. */
  readonly program: string
  readonly run: Run
  /** Whose the items are: the tool that asks. */
  readonly owner: Owner
  /** Milliseconds for each call. */
  readonly limit: number
}

/** What the surroundings must offer to find and run a helper. */
interface HelperSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly tool: Owner
  readonly personPresent: boolean
  readonly run: Run
  program(name: string): Promise<string | undefined>
  installedIn(): Promise<string>
}

/** The store of this name; no such program is `unavailable`, one that is credbridge itself `refused`. */
export async function openHelper(name: string, surroundings: HelperSurroundings): Promise<Store> {
  const { env, tool, personPresent, run } = surroundings
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) throw new Failure('malformed', 'that is not the name of a helper')
  const command = `docker-credential-${name}`
  const program = (await surroundings.program(command)) ?? (await surroundings.program(`${command}.exe`))
  if (program === undefined)
    throw new Failure('unavailable', `${command} is not on PATH`, { hints: [`install ${command}`] })
  const ours = await surroundings.installedIn()
  if (env[insideHelper] !== undefined || realpathSync(program).startsWith(ours + sep)) {
    throw new Failure('refused', `the helper ${name} is credbridge itself`, {
      hints: ['credbridge use <another store>'],
    })
  }
  return helperStore({ name, program, run, owner: tool, limit: personPresent ? 120_000 : 10_000 })
}

export function helperStore({ name, program, run, owner, limit }: Options): Store {
  const call = (verb: string, input: string) => run(program, [verb], { input, limit, env: { [insideHelper]: '1' } })

  async function get(server: string): Promise<{ account: string; text: string } | undefined> {
    const ran = await call('get', server)
    if (ran.exitCode !== 0 && ran.stdout.trim() === notFound) return undefined
    const answer = members(answered(ran, 'get'))
    const [account, text] = [answer['Username'], answer['Secret']]
    if (typeof account !== 'string' || typeof text !== 'string') throw notUnderstood('get')
    return { account, text }
  }

  async function lookUp(endpoint: Endpoint): Promise<{ server: string; item: Credential } | undefined> {
    for (const server of spellings(endpoint)) {
      const found = await get(server)
      if (found !== undefined) return { server, item: itemFrom(endpoint, found.account, found.text) }
    }
    return undefined
  }

  function itemFrom(endpoint: Endpoint, account: string, text: string): Credential {
    const kind = account === identityUser ? 'docker-identity' : owner === python ? 'text' : 'basic'
    return { endpoint, account, owner, kind, secret: new Secret(text) }
  }

  return {
    name: `helper:${name}`,
    traits: { lasts: 'forever', accounts: 'one', emptySecret: false, extras: false, list: true },

    async find(endpoints: readonly Endpoint[], account?: string): Promise<readonly Found[]> {
      const found = await Promise.all(endpoints.map(lookUp))
      return found.flatMap((one) =>
        one === undefined || (account ?? one.item.account) !== one.item.account ? [] : [one.item],
      )
    },

    async save(item: Item): Promise<void> {
      const credential = carried(item)
      const before = await lookUp(item.endpoint)
      if (before !== undefined && before.item.account !== item.account) throw secondAccount(item.endpoint)
      const server = before?.server ?? item.endpoint.key
      const about = { ServerURL: server, Username: item.account, Secret: credential.secret.expose() }
      answered(await call('store', JSON.stringify(about)), 'store')
    },

    async remove(place: Place, expected?: Secret): Promise<boolean> {
      const found = await lookUp(place.endpoint)
      if (found === undefined || found.item.account !== place.account) return false
      if (expected !== undefined && !found.item.secret.equals(expected)) return false
      answered(await call('erase', found.server), 'erase')
      return true
    },

    async list(): Promise<readonly Entry[]> {
      const servers = members(answered(await call('list', 'unused'), 'list'))
      return Object.entries(servers).map(([server, account]) => {
        if (typeof account !== 'string') throw notUnderstood('list')
        return { endpoint: endpointOf(server), account, owner: `helper:${name}`, kind: 'basic' }
      })
    },
  }

  function answered(ran: Ran, verb: string): string {
    if (ran.exitCode === 0) return ran.stdout
    throw new Failure('unavailable', `docker-credential-${name} could not ${verb}`, {
      hints: [`see what it says: echo https://registry.example.com | docker-credential-${name} get`],
    })
  }

  function members(text: string): Readonly<Record<string, unknown>> {
    try {
      const value: unknown = JSON.parse(text)
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
    } catch {}
    throw notUnderstood('answer')
  }

  function notUnderstood(what: string): Failure {
    return new Failure('malformed', `docker-credential-${name} gives an ${what} that cannot be understood`)
  }

  /** The part of an item that such a helper can keep; anything more is `unsupported`. */
  function carried(item: Item): Credential {
    const why = (what: string) =>
      new Failure('unsupported', `a docker credential helper keeps no ${what}`, { hints: ['credbridge use vault'] })
    if (!isCredential(item)) throw why('notes')
    if (item.secret.expose() === '') throw why('empty secret')
    if (item.account === '') throw why('empty user name')
    const kept = itemFrom(item.endpoint, item.account, item.secret.expose())
    if (!sameValue(kept, item)) throw why('expiry, refresh token or kind of secret')
    return item
  }
}

function secondAccount({ key }: Endpoint): Failure {
  return new Failure('unsupported', `a docker credential helper keeps one account a server, and ${key} has one`, {
    hints: [`credbridge remove ${key}`, 'credbridge use vault'],
  })
}

/** Docker keeps an origin under its bare host, which means https, and its Hub under an address of its own. */
function spellings(endpoint: Endpoint): readonly string[] {
  if (endpoint.form === 'service') return [endpoint.key]
  const bare = endpoint.scheme === 'https' && endpoint.path === '' ? [hostAndPort(endpoint)] : []
  const dockers = isServer(endpoint) ? [serverOf(endpoint)] : []
  return [...new Set([endpoint.key, `${endpoint.key}/`, ...bare, ...dockers])]
}

function endpointOf(server: string): Endpoint {
  try {
    return parseAddress(server.includes('://') ? server : `https://${server}`)
  } catch {
    return serviceName(server)
  }
}
