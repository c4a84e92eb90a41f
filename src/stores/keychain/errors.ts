import { Failure, type FailureCode, isFailure } from '../../core/failure.ts'

/*
 * The addon gives all its errors one code, so their texts must say what happened. The texts of Linux were seen
 * (docs/keychain.md), those of macOS and Windows are from the source of the crates:
 * https://github.com/open-source-cooperative/keyring-core/blob/main/src/error.rs
 * https://github.com/open-source-cooperative/apple-native-keyring-store/blob/main/src/keychain.rs
 * https://github.com/open-source-cooperative/windows-native-keyring-store/blob/main/src/utils.rs
 */

interface Meaning {
  readonly code: FailureCode
  readonly message: string
  readonly hints: readonly string[]
}

const useVault = 'keep secrets in an encrypted folder instead: credbridge use vault'

const locked: Meaning = {
  code: 'locked',
  message: 'the keychain is locked',
  hints: ['unlock it on the desktop, or with: read -rs p; printf %s "$p" | gnome-keyring-daemon --replace --unlock'],
}
const lockedOnMac: Meaning = { ...locked, hints: ['unlock it with: security unlock-keychain'] }
const noBus: Meaning = { code: 'unavailable', message: 'there is no session bus, so no keychain', hints: [useVault] }
const noService: Meaning = {
  code: 'unavailable',
  message: 'nothing on the session bus keeps secrets',
  hints: ['install and start a keychain service, for example gnome-keyring', useVault],
}
const noCollection: Meaning = {
  code: 'unavailable',
  message: 'the keychain has no collection to keep secrets in',
  hints: ['sign in on the desktop once, or make one with: seahorse', useVault],
}
const noKeychain: Meaning = { code: 'unavailable', message: 'there is no keychain for this login', hints: [useVault] }
const busHungUp: Meaning = {
  code: 'refused',
  message: 'the session bus closed the connection',
  hints: ['use the bus of your own login: unset DBUS_SESSION_BUS_ADDRESS, or do not use sudo'],
}
const refused: Meaning = { code: 'refused', message: 'the keychain refused', hints: [] }
const noReply: Meaning = {
  code: 'timeout',
  message: 'the keychain did not answer in time',
  hints: ['restart the keychain service, for example: systemctl --user restart gnome-keyring-daemon'],
}
const ambiguous: Meaning = {
  code: 'ambiguous',
  message: 'the keychain has several items of this service and user',
  hints: [],
}
const tooLarge: Meaning = { code: 'too-large', message: 'the keychain takes no secret of this size', hints: [] }
const badName: Meaning = {
  code: 'unsupported',
  message: 'the keychain takes no such service or user name',
  hints: [],
}
const notText: Meaning = { code: 'malformed', message: 'what lies in the keychain is no text', hints: [] }

/** No answer came in the time that the addon has for it, or the service ended before. */
export const withoutReply = ['Did not receive a reply', 'DBus.Error.NoReply', 'Message recipient disconnected'] as const

/** The first that is contained decides, narrower texts before wider ones; a text ends with a line feed. */
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
  ["Value of 'password' is invalid", { ...badName, message: 'the keychain takes no such secret' }],
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
  message: 'the keychain failed in a way that credbridge does not know',
  hints: ['credbridge doctor'],
}

/** What the addon threw, as a failure of ours. Its text names services and users and stays in the cause. */
export function keychainFailure(error: unknown): Failure {
  if (isFailure(error)) return error
  const text = error instanceof Error ? `${error.message}\n` : ''
  const { code, message, hints } = meanings.find(([part]) => text.includes(part))?.[1] ?? unknown
  return new Failure(code, message, { hints, cause: error })
}

/** Several items at one place and nothing to choose by: another program has written beside ours. */
export function severalItems(service: string, account: string): Failure {
  const words = `service ${quoted(service)} username ${quoted(account)}`
  return new Failure(ambiguous.code, ambiguous.message, {
    hints: [`remove them all, then sign in again: secret-tool clear ${words}`],
  })
}

/** A call that has not ended and cannot be called off. */
export function overdue(personPresent: boolean): Failure {
  const asked = ['answer the dialog of the keychain, then try again', ...noReply.hints]
  return new Failure(noReply.code, noReply.message, { hints: personPresent ? asked : noReply.hints, stuck: true })
}

/** The addon is not there, or not for this system. */
export function noAddon(error: unknown): Failure {
  return new Failure('unavailable', 'the keychain addon does not load', {
    hints: ['install it again with its optional parts: npm install --global --include=optional credbridge', useVault],
    cause: error,
  })
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
