import { Failure } from '../../core/failure.ts'
import { type Hint, hint, joinHints } from '../../core/hint.ts'
import type { ServiceFailures } from '../../dbus/connection.ts'
import { busVanished } from '../../dbus/failures.ts'
import { catchAll } from './calls.ts'
import type { Provider } from './provider.ts'

/*
 * The errors of the bus (dbus-protocol.h of libdbus) and of the Secret Service
 * (https://specifications.freedesktop.org/secret-service-spec/latest/errors.html), by name. Their texts are dropped,
 * because they may contain the request.
 */

const bus = 'org.freedesktop.DBus.Error.'
const secret = 'org.freedesktop.Secret.Error.'

/** An answer that tells neither absence nor a cause. */
export class Unclear extends Failure {
  constructor() {
    super('refused', `the Secret Service refused: ${catchAll}`)
  }
}

const meanings: Readonly<Record<string, 'absent' | (() => Failure)>> = {
  [`${secret}NoSuchObject`]: 'absent',
  [`${bus}UnknownObject`]: 'absent',
  [`${bus}UnknownMethod`]: 'absent',
  [`${bus}UnknownInterface`]: 'absent',
  [catchAll]: () => new Unclear(),
  [`${secret}IsLocked`]: locked,
  [`${secret}NoSession`]: vanished,
  [`${bus}NoReply`]: vanished,
  [`${bus}Disconnected`]: busVanished,
  [`${bus}ServiceUnknown`]: noService,
  [`${bus}NameHasNoOwner`]: noService,
  [`${bus}Timeout`]: noAnswer,
  [`${bus}TimedOut`]: noAnswer,
  [`${bus}NotSupported`]: () => new Failure('unsupported', 'the Secret Service does not support the request'),
  [`${bus}LimitsExceeded`]: () => new Failure('too-large', 'the message is too large for the session bus'),
}

/** The failure for an error; `undefined` if it only means that an object does not exist. */
export function failureOf(error: string): Failure | undefined {
  const meaning = error.startsWith(`${bus}Spawn.`) ? noService : meanings[error]
  if (meaning === 'absent') return undefined
  return meaning === undefined ? new Failure('refused', `the Secret Service refused: ${error}`) : meaning()
}

/** The failures of calls to the Secret Service. */
export const secretServiceFailures: ServiceFailures = { failureOf, noAnswer, tooMuch }

/** Without `--replace` gnome-keyring 42 starts a second daemon, which gets no requests. */
const unlocking = hint`read -rs p; printf %s "$p" | gnome-keyring-daemon --replace --unlock`

const desktop = hint`unlock it in the desktop session with its own program`
const withoutDesktop = hint`a machine without a desktop has the vault (credbridge use vault)`

/** On a desktop of another kind gnome-keyring's own command would take the Secret Service away from its program. */
const toUnlock: Readonly<Record<Provider, readonly Hint[]>> = {
  'gnome-keyring': [
    joinHints([hint`unlock it: in the desktop session with its own program, else with`, unlocking], ': '),
  ],
  KWallet: [hint`open the wallet in the desktop session: log in there, or start KWalletManager`, withoutDesktop],
  KeePassXC: [hint`KeePassXC: unlock the database whose group is exposed by the Secret Service`],
}

/** Something is locked, and no person can unlock it, or the person declined. */
export function locked(how = 'the keyring is locked', provider?: Provider): Failure {
  return new Failure('locked', how, { hints: provider === undefined ? [desktop, withoutDesktop] : toUnlock[provider] })
}

/** There is no collection for a new item, and no person to choose how a new one is protected. */
export function noCollection(provider?: Provider): Failure {
  const ways = [hint`make one: log in to the desktop once`]
  if (provider === 'gnome-keyring') ways.push(hint`, or choose a password for it with: `, unlocking)
  if (provider === 'KWallet') ways.push(hint`, or make a wallet with KWalletManager`)
  return new Failure('unavailable', 'the Secret Service has no default collection', { hints: [joinHints(ways, '')] })
}

/** The Secret Service ended during a request. */
export function vanished(): Failure {
  return new Failure('unavailable', 'the Secret Service vanished during the conversation', {
    hints: [hint`try again`, hint`credbridge doctor`],
    passing: true,
  })
}

/** No answer in time. The request may still be carried out. */
export function noAnswer(): Failure {
  return new Failure('timeout', 'the Secret Service did not answer in time', {
    hints: [hint`check whether it shows a dialog or hangs: gnome-keyring-daemon, KWallet or KeePassXC`],
  })
}

/** The answer is larger than any sensible keyring, or would take too long to read. */
export function tooMuch(): Failure {
  return new Failure('too-large', "the Secret Service's answer is too large", {
    hints: [hint`check what fills the keyring: seahorse, KWalletManager or KeePassXC`],
  })
}

function noService(): Failure {
  return new Failure('unavailable', 'there is no Secret Service on the session bus', {
    hints: [
      hint`install and start one: gnome-keyring, KWallet, or KeePassXC with its Secret Service integration enabled`,
    ],
  })
}
