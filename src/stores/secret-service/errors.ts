import { Failure } from '../../core/failure.ts'
import { hint, joinHints } from '../../core/hint.ts'
import type { ServiceFailures } from '../../dbus/connection.ts'
import { busVanished } from '../../dbus/failures.ts'

/*
 * What the errors of the bus and of the Secret Service mean, by name: dbus-protocol.h of libdbus has the one list,
 * https://specifications.freedesktop.org/secret-service-spec/latest/errors.html the other. Their texts are dropped: they
 * may hold what was asked for.
 */

const bus = 'org.freedesktop.DBus.Error.'
const secret = 'org.freedesktop.Secret.Error.'

const meanings: Readonly<Record<string, 'absent' | (() => Failure)>> = {
  [`${secret}NoSuchObject`]: 'absent',
  [`${bus}UnknownObject`]: 'absent',
  [`${bus}UnknownMethod`]: 'absent',
  [`${bus}UnknownInterface`]: 'absent',
  [`${secret}IsLocked`]: locked,
  [`${secret}NoSession`]: vanished,
  [`${bus}NoReply`]: vanished,
  [`${bus}Disconnected`]: busVanished,
  [`${bus}ServiceUnknown`]: noService,
  [`${bus}NameHasNoOwner`]: noService,
  [`${bus}Timeout`]: noAnswer,
  [`${bus}TimedOut`]: noAnswer,
  [`${bus}NotSupported`]: () => new Failure('unsupported', 'the Secret Service does not support what it was asked for'),
  [`${bus}LimitsExceeded`]: () => new Failure('too-large', 'the session bus does not carry that much'),
}

/** The failure that an error stands for; undefined if it only says that an object is not there. */
export function failureOf(error: string): Failure | undefined {
  const meaning = error.startsWith(`${bus}Spawn.`) ? noService : meanings[error]
  if (meaning === 'absent') return undefined
  return meaning === undefined ? new Failure('refused', `the Secret Service refused: ${error}`) : meaning()
}

/** What the connection tells a person about the Secret Service. */
export const secretServiceFailures: ServiceFailures = { failureOf, noAnswer, tooMuch }

/** Without `--replace` gnome-keyring 42 starts a second daemon, which nobody asks. */
const unlocking = hint`read -rs p; printf %s "$p" | gnome-keyring-daemon --replace --unlock`

/** Something is there and closed, and nobody can be asked, or whoever was asked said no. */
export function locked(how = 'the keyring is locked'): Failure {
  return new Failure('locked', how, {
    hints: [
      joinHints([hint`unlock it: in the desktop session with its own program, else with`, unlocking], ': '),
      hint`KeePassXC: unlock the database whose group is shown to the Secret Service`,
    ],
  })
}

/** There is nowhere to put a new item, and nobody to say how it is to be protected. */
export function noCollection(): Failure {
  return new Failure('unavailable', 'the Secret Service has no default collection', {
    hints: [joinHints([hint`make one: log in to the desktop once, or choose a password for it with`, unlocking], ': ')],
  })
}

/** It was there a moment ago. */
export function vanished(): Failure {
  return new Failure('unavailable', 'the Secret Service vanished during the conversation', {
    hints: [hint`try again`, hint`credbridge doctor`],
    passing: true,
  })
}

/** No answer in time: what was asked for may still happen. */
export function noAnswer(): Failure {
  return new Failure('timeout', 'the Secret Service did not answer in time', {
    hints: [hint`see whether it waits for you somewhere or hangs: gnome-keyring-daemon, KWallet or KeePassXC`],
  })
}

/** More than a keyring holds that is one, or more than anybody can wait for. */
export function tooMuch(): Failure {
  return new Failure('too-large', 'the Secret Service answers with more than can be used', {
    hints: [hint`see what fills the keyring: seahorse, KWalletManager or KeePassXC`],
  })
}

function noService(): Failure {
  return new Failure('unavailable', 'there is no Secret Service on the session bus', {
    hints: [
      hint`install and start one: gnome-keyring, KWallet, or KeePassXC with its Secret Service integration turned on`,
    ],
  })
}
