import type { Call } from './call.ts'

/*
 * The calls to the bus itself: https://dbus.freedesktop.org/doc/dbus-specification.html#message-bus-messages.
 */

export const busName = 'org.freedesktop.DBus'

const onBus = { destination: busName, path: '/org/freedesktop/DBus', interface: busName }

/** The first call on every connection: the bus gives us our name. */
export const hello: Call<'s'> = { ...onBus, member: 'Hello', reply: 's' }

/** Asks for the signals that match a rule; the bus hands on no others. */
export function addMatch(rule: string): Call<''> {
  return { ...onBus, member: 'AddMatch', signature: 's', body: [rule], reply: '' }
}

/** Asks to be told who has a name on the bus, and when nobody has it any more. */
export function watchOwner(name: string): Call<''> {
  return addMatch(`type='signal',sender='${busName}',member='NameOwnerChanged',arg0='${name}'`)
}
