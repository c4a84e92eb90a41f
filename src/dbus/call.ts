import type { Bodies } from './message.ts'
import type { Value } from './value.ts'

/** A method to call, with what, and the signature that its reply must have. */
export interface Call<Reply extends keyof Bodies = keyof Bodies> {
  readonly destination: string
  readonly path: string
  readonly interface: string
  readonly member: string
  readonly signature?: string
  readonly body?: readonly Value[]
  readonly reply: Reply
}

const bus = 'org.freedesktop.DBus'
const toBus = { destination: bus, path: '/org/freedesktop/DBus', interface: bus }

/** The first call on every connection: the bus gives us our name. */
export const hello: Call<'s'> = { ...toBus, member: 'Hello', reply: 's' }

/** Asks the bus to hand on the signals that fit a rule. */
export function addMatch(rule: string): Call<''> {
  return { ...toBus, member: 'AddMatch', signature: 's', body: [rule], reply: '' }
}

/** Asks the bus to say when a name gets another owner, or none. */
export function watchOwner(name: string): Call<''> {
  return addMatch(`type='signal',sender='${bus}',member='NameOwnerChanged',arg0='${name}'`)
}
