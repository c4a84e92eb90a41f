import { Failure, type FailureCode, isFailure } from '../../core/failure.ts'
import { type Hint, hint } from '../../core/hint.ts'

/*
 * The addon uses one code for all errors, so they are recognised by their texts. The texts on Linux were observed
 * (docs/keychain.md), those on macOS and Windows are from the source of the crates:
 * https://github.com/open-source-cooperative/keyring-core/blob/main/src/error.rs
 * https://github.com/open-source-cooperative/apple-native-keyring-store/blob/main/src/keychain.rs
 * https://github.com/open-source-cooperative/windows-native-keyring-store/blob/main/src/utils.rs
 */

interface Meaning {
  readonly code: FailureCode
  readonly message: string
  readonly hints: readonly Hint[]
}

const useVault = hint`keep secrets in an encrypted folder instead: credbridge use vault`

const locked: Meaning = {
  code: 'locked',
  message: 'the keychain is locked',
  hints: [
    hint`unlock it on the desktop, or where GNOME Keyring keeps it, with: read -rs p; printf %s "$p" | gnome-keyring-daemon --replace --unlock`,
  ],
}
const lockedOnMac: Meaning = { ...locked, hints: [hint`unlock it with: security unlock-keychain`] }
const noBus: Meaning = { code: 'unavailable', message: 'there is no session bus, so no keychain', hints: [useVault] }
const noService: Meaning = {
  code: 'unavailable',
  message: 'there is no Secret Service on the session bus',
  hints: [hint`install and start a keychain service, for example gnome-keyring`, useVault],
}
const noCollection: Meaning = {
  code: 'unavailable',
  message: 'the keychain has no collection to keep secrets in',
  hints: [hint`sign in on the desktop once, or make one with: seahorse`, useVault],
}
const noKeychain: Meaning = { code: 'unavailable', message: 'there is no keychain for this login', hints: [useVault] }
const busHungUp: Meaning = {
  code: 'refused',
  message: 'the session bus closed the connection',
  hints: [hint`use the bus of your own login: unset DBUS_SESSION_BUS_ADDRESS, or do not use sudo`],
}
const refused: Meaning = { code: 'refused', message: 'the keychain refused the request', hints: [] }
const noReply: Meaning = {
  code: 'timeout',
  message: 'the keychain did not answer in time',
  hints: [hint`restart the keychain service, for example: systemctl --user restart gnome-keyring-daemon`],
}
const ambiguous: Meaning = {
  code: 'ambiguous',
  message: 'the keychain has several items of this service and user',
  hints: [],
}
const tooLarge: Meaning = { code: 'too-large', message: 'the secret is too large for the keychain', hints: [] }
const badName: Meaning = {
  code: 'unsupported',
  message: 'the keychain does not accept this service or user name',
  hints: [],
}
const notText: Meaning = { code: 'malformed', message: 'the item in the keychain is not text', hints: [] }

/** No answer came in the time that the addon has for it, or the service ended before. */
export const withoutReply = ['Did not receive a reply', 'DBus.Error.NoReply', 'Message recipient disconnected'] as const

/** The first entry whose text the error contains decides, so longer texts come first. An error's text ends with LF. */
const meanings: readonly (readonly [text: string, meaning: Meaning])[] = [
  ['Secret.Error.IsLocked', locked],
  ['locked object', locked],
  ['object locked', locked],
  ['prompt was dismissed', locked],
  ['prompt dismissed', locked],
  ['no result found', noCollection],
  ['is matched by', ambiguous],
  ['ServiceUnknown', noService],
  ['NameHasNoOwner', noService],
  ['was not provided by any .service files', noService],
  ['DBus.Error.Spawn.', noService],
  ['no secret service provider or dbus session found', noBus],
  ['Failed to connect to', noBus],
  ['for dbus-daemon autolaunch', noBus],
  ['Unable to autolaunch', noBus],
  ['Address does not contain a colon', noBus],
  ...withoutReply.map((text) => [text, noReply] as const),
  ['failed to read from socket', busHungUp],
  ['Handshake failed', busHungUp],
  ['User interaction is not allowed', lockedOnMac],
  ['User interaction is required', lockedOnMac],
  ['In dark wake', lockedOnMac],
  ['error code -25308\n', lockedOnMac],
  ['error code -25315\n', lockedOnMac],
  ['User canceled', refused],
  ['error code -128\n', refused],
  ['user name or passphrase you entered is not correct', refused],
  ['error code -25293\n', refused],
  ['ERROR_NO_SUCH_LOGON_SESSION', noKeychain],
  ['No keychain is available', noKeychain],
  ['keychain could not be found', noKeychain],
  ['not a valid keychain file', noKeychain],
  ['error code -25291\n', noKeychain],
  ['error code -25294\n', noKeychain],
  ['error code -25295\n', noKeychain],
  ['error code -25307\n', noKeychain],
  ["Value of 'password' is invalid", { ...badName, message: 'the keychain does not accept this secret' }],
  ['password encoded as UTF-16', tooLarge],
  ["'secret' is longer than", tooLarge],
  ['QuotaExceeded', tooLarge],
  ['is longer than', badName],
  ['is invalid', badName],
  ['not valid UTF-8', notText],
  ['not UTF-8 encoded', notText],
  ['AccessDenied', refused],
  ['PermissionDenied', refused],
]

const unknown: Meaning = {
  code: 'refused',
  message: 'the keychain failed with an error that credbridge does not know',
  hints: [hint`credbridge doctor`],
}

/** The failure for an error of the addon. The error's text contains services and users, so it stays in the cause. */
export function keychainFailure(error: unknown): Failure {
  if (isFailure(error)) return error
  const text = error instanceof Error ? `${error.message}\n` : ''
  const { code, message, hints } = meanings.find(([part]) => text.includes(part))?.[1] ?? unknown
  return new Failure(code, message, { hints, cause: error })
}

/** The failure for several items at one place: another program has written one beside credbridge's. */
export function severalItems(service: string, account: string): Failure {
  const words = ['service', service, 'username', account]
  return new Failure(ambiguous.code, ambiguous.message, {
    hints: [hint`remove them all, then sign in again: secret-tool clear ${words}`],
  })
}

/** The failure for a call that exceeds its limit and cannot be cancelled. */
export function overdue(personPresent: boolean): Failure {
  const asked = [hint`answer the dialog of the keychain, then try again`, ...noReply.hints]
  return new Failure(noReply.code, noReply.message, { hints: personPresent ? asked : noReply.hints, stuck: true })
}

/** The failure for an addon that is not installed, or not for this system. */
export function noAddon(error: unknown): Failure {
  return new Failure('unavailable', 'the keychain addon does not load', {
    hints: [hint`reinstall with optional dependencies: npm install --global --include=optional credbridge`, useVault],
    cause: error,
  })
}
