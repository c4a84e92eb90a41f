import type { Bodies } from './message.ts'
import type { Value } from './value.ts'

/** A method call with its arguments, and the signature that its reply must have. */
export interface Call<Reply extends keyof Bodies = keyof Bodies> {
  readonly destination: string
  readonly path: string
  readonly interface: string
  readonly member: string
  readonly signature?: string
  readonly body?: readonly Value[]
  readonly reply: Reply
  /** The errors that mean, in answer to this call only, that the object does not exist. */
  readonly absent?: readonly string[]
}

const bus = 'org.freedesktop.DBus'
const toBus = { destination: bus, path: '/org/freedesktop/DBus', interface: bus }

/** The first call on every connection. The bus replies with the connection's unique name. */
export const hello: Call<'s'> = { ...toBus, member: 'Hello', reply: 's' }

/** The unique name of the connection that owns a name. No owner: as for an object that does not exist. */
export function ownerOf(name: string): Call<'s'> {
  const absent = [`${bus}.Error.NameHasNoOwner`]
  return { ...toBus, member: 'GetNameOwner', signature: 's', body: [name], reply: 's', absent }
}

/** Asks the bus to forward the signals that match a rule. */
export function addMatch(rule: string): Call<''> {
  return { ...toBus, member: 'AddMatch', signature: 's', body: [rule], reply: '' }
}

/** Asks the bus for a signal when a name changes or loses its owner. */
export function watchOwner(name: string): Call<''> {
  return addMatch(`type='signal',sender='${bus}',member='NameOwnerChanged',arg0='${name}'`)
}
