import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'

/** The bus closed an open connection. */
export function busVanished(): Failure {
  return new Failure('unavailable', 'the session bus closed the connection', {
    hints: [hint`try again`, hint`credbridge doctor`],
    passing: true,
  })
}

/** The bus accepted the connection, but does not answer. */
export function busSilent(): Failure {
  return new Failure('timeout', 'the session bus did not answer in time', {
    hints: [hint`check whether DBUS_SESSION_BUS_ADDRESS names a running bus`],
  })
}

export function busRefused(): Failure {
  return new Failure('refused', 'the session bus belongs to another user', {
    hints: [hint`unset DBUS_SESSION_BUS_ADDRESS, or run this as the user who is logged in there`],
  })
}

export function otherBus(): Failure {
  return new Failure('refused', 'the session bus is not the one that its address names: it has another guid', {
    hints: [hint`check whether DBUS_SESSION_BUS_ADDRESS names a running bus`, hint`unset DBUS_SESSION_BUS_ADDRESS`],
  })
}

const nobodyListens = ['ENOENT', 'ENOTDIR', 'ECONNREFUSED']

/** The failure for a connection that could not be opened. */
export function busUnreachable(error: NodeJS.ErrnoException | undefined): Failure {
  const code = error?.code ?? ''
  const denied = code === 'EACCES' || code === 'EPERM'
  return new Failure(denied ? 'refused' : 'unavailable', 'the session bus cannot be reached', {
    hints: [hint`check whether DBUS_SESSION_BUS_ADDRESS names a running bus`],
    cause: error,
    passing: !nobodyListens.includes(code),
  })
}
