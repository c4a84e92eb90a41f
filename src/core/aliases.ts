import { type Address, type Endpoint, hostAndPort, parseAddress } from './endpoint.ts'
import { Failure } from './failure.ts'

/** Hosts that use the sign-in of another host: `host[:port]` to `host[:port]`, exactly as written in the settings. */
export type Aliases = Readonly<Record<string, string>>

/** Returns the endpoints of a lookup: the given ones, then those at the hosts that theirs are aliases of. */
export type WithAliases = (endpoints: readonly Endpoint[]) => readonly Endpoint[]

/** Follows each alias one step. Scheme and path stay the same. */
export function followAliases(aliases: Aliases): WithAliases {
  const names = Object.entries(aliases)
  if (names.length === 0) return (endpoints) => endpoints

  function target(at: Address): Address[] {
    const [, to] = names.find(([from]) => hostAndPort(originAt(at.scheme, from)) === hostAndPort(at)) ?? []
    if (to === undefined) return []
    const { key } = originAt(at.scheme, to)
    return [parseAddress(at.path === '' ? key : `${key}/${at.path}`)]
  }

  return (endpoints) => [...endpoints, ...endpoints.flatMap((at) => (at.form === 'address' ? target(at) : []))]
}

/** The origin with this scheme at an alias's host. Anything but a host with an optional port is `malformed`. */
export function originAt(scheme: string, name: string): Address {
  const plain = ['/', '\\', '@', '?', '#'].every((character) => !name.includes(character))
  if (!plain) throw new Failure('malformed', 'an alias is a host, with or without a port')
  return parseAddress(`${scheme}://${name}`)
}
