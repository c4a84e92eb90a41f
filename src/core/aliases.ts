import { type Address, type Endpoint, hostAndPort, parseAddress } from './endpoint.ts'
import { Failure } from './failure.ts'

/** Hosts whose sign-in is another host's: `host[:port]` to `host[:port]`, exactly as a person wrote them. */
export type Aliases = Readonly<Record<string, string>>

/** Where a lookup goes: to the endpoints themselves, then to what their hosts are aliases of. */
export type WithAliases = (endpoints: readonly Endpoint[]) => readonly Endpoint[]

/** Follows the aliases one step: the same scheme and path at the other host. */
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

/** The origin that a name in the aliases means with this scheme; anything but a host and a port is `malformed`. */
export function originAt(scheme: string, name: string): Address {
  const plain = ['/', '\\', '@', '?', '#'].every((character) => !name.includes(character))
  if (!plain) throw new Failure('malformed', 'an alias is a host, with or without a port')
  return parseAddress(`${scheme}://${name}`)
}
