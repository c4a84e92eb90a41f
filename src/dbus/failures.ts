import { Failure } from '../core/failure.ts'

/** It was there a moment ago. */
export function busVanished(): Failure {
  return new Failure('unavailable', 'the session bus vanished during the conversation', {
    hints: ['try again', 'credbridge doctor'],
    passing: true,
  })
}

/** It took the connection, and says nothing. */
export function busSilent(): Failure {
  return new Failure('timeout', 'the session bus did not answer in time', {
    hints: ['see whether DBUS_SESSION_BUS_ADDRESS names a bus that still runs'],
  })
}

export function busRefused(): Failure {
  return new Failure('refused', 'the session bus belongs to another user', {
    hints: ['unset DBUS_SESSION_BUS_ADDRESS, or run this as the user who is logged in there'],
  })
}

export function otherBus(): Failure {
  return new Failure('refused', 'the session bus is not the one that its address names: it has another guid', {
    hints: ['see whether DBUS_SESSION_BUS_ADDRESS names a bus that still runs', 'unset DBUS_SESSION_BUS_ADDRESS'],
  })
}

const nobodyListens = ['ENOENT', 'ENOTDIR', 'ECONNREFUSED']

/** Why no connection came about. */
export function busUnreachable(error: NodeJS.ErrnoException | undefined): Failure {
  const code = error?.code ?? ''
  const denied = code === 'EACCES' || code === 'EPERM'
  return new Failure(denied ? 'refused' : 'unavailable', 'the session bus cannot be reached', {
    hints: ['see whether DBUS_SESSION_BUS_ADDRESS names a bus that still runs'],
    cause: error,
    passing: !nobodyListens.includes(code),
  })
}
