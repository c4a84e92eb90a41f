import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Failure, type FailureCode } from '../../../src/core/failure.ts'
import { keychainFailure, severalItems } from '../../../src/stores/keychain/errors.ts'
import { keychainStore } from '../../../src/stores/keychain/store.ts'
import { someone } from '../../asker.ts'
import { credential, plain } from '../contract-world.ts'
import { fakeAddon } from './fake-addon.ts'
import { failureOf } from './world.ts'

const platform = 'Platform failure: '
const access = "Couldn't access platform storage: "

/** The texts on Linux as observed, those on macOS and Windows from the source of the crates. */
const texts: readonly (readonly [code: FailureCode, text: string])[] = [
  ['locked', 'zbus error: org.freedesktop.Secret.Error.IsLocked: Cannot get secret of a locked object'],
  ['locked', `${access}Secret Service: unlock prompt was dismissed`],
  ['locked', `${access}SS Error: object locked`],
  ['unavailable', 'no secret service provider or dbus session found'],
  [
    'unavailable',
    'zbus error: Failed to connect to address `unix:path=/run/bus`: No such file or directory (os error 2)',
  ],
  [
    'unavailable',
    `${platform}DBus error: Using X11 for dbus-daemon autolaunch was disabled at compile time, set your DBUS_SESSION_BUS_ADDRESS instead`,
  ],
  ['unavailable', `${platform}DBus error: Failed to connect to socket /run/bus: No such file or directory`],
  ['unavailable', `${platform}DBus error: Address does not contain a colon`],
  [
    'unavailable',
    'zbus error: org.freedesktop.DBus.Error.ServiceUnknown: The name org.freedesktop.secrets was not provided by any .service files',
  ],
  ['unavailable', `${platform}DBus error: The name org.freedesktop.secrets was not provided by any .service files`],
  ['unavailable', 'zbus error: org.freedesktop.DBus.Error.Spawn.ChildExited: Process exited with status 1'],
  ['unavailable', `${access}Secret Service: no result found`],
  [
    'timeout',
    `${platform}DBus error: Did not receive a reply. Possible causes include: the remote application did not send a reply`,
  ],
  ['timeout', `${platform}DBus error: Message recipient disconnected from message bus without replying`],
  ['timeout', 'zbus error: org.freedesktop.DBus.Error.NoReply: Message recipient disconnected from message bus'],
  ['ambiguous', 'Entry is matched by 2 credentials: [Entry { inner: Wrapper { path: Path("/x") } }]'],
  ['refused', 'zbus error: I/O error: failed to read from socket'],
  ['refused', 'zbus error: org.freedesktop.DBus.Error.AccessDenied: Rejected send message'],
  ['malformed', 'Password data is not valid UTF-8'],
  ['malformed', 'Data is not UTF-8 encoded'],
  ['refused', 'AccessDenied'],
  ['refused', 'PermissionDenied'],
  ['too-large', 'QuotaExceeded'],
  ['unsupported', "Value of 'password' is invalid: cannot be empty"],
  ['locked', `${platform}User interaction is not allowed.`],
  ['locked', `${platform}error code -25308`],
  ['refused', `${platform}User canceled the operation.`],
  ['refused', `${platform}The user name or passphrase you entered is not correct.`],
  ['unavailable', `${access}A default keychain could not be found.`],
  ['unavailable', `${access}The specified keychain could not be found.`],
  ['unavailable', `${access}No keychain is available. You may need to restart your computer.`],
  ['unsupported', 'Attribute user is invalid: cannot be empty'],
  ['unavailable', `${access}Windows ERROR_NO_SUCH_LOGON_SESSION`],
  ['too-large', "Attribute 'password encoded as UTF-16' is longer than platform limit of 2560 chars"],
  ['unsupported', "Attribute 'user' is longer than platform limit of 513 chars"],
  ['refused', `${platform}Windows error code 1312`],
  ['refused', ''],
]

describe('an error of the addon', () => {
  test.each(texts)('is %s: %j', (code, text) => {
    const failure = keychainFailure(Object.assign(new Error(text), { code: 'GenericFailure' }))
    expect(failure).toMatchObject({ code, stuck: false })
    if (text !== '') expect([failure.message, ...failure.hints].join('\n')).not.toContain(text)
    expect(failure.message).toMatch(/^[a-z][^\n]*[a-z]$/)
  })

  test('is never unavailable if it is unknown: that would settle on another store', () => {
    for (const thrown of [new Error('panicked'), new TypeError('x'), 'text', undefined, null, { message: 'no bus' }]) {
      expect(keychainFailure(thrown).code).toBe('refused')
    }
  })

  test('is passed on if it is a failure already', () => {
    const ours = new Failure('timeout', 'x', { stuck: true })
    expect(keychainFailure(ours)).toBe(ours)
  })

  test('is recognised by a macOS code without text, and not by a prefix of another code', () => {
    expect(keychainFailure(new Error('error code -128')).message).toBe('the keychain refused the request')
    expect(keychainFailure(new Error('error code -1280')).message).toContain('does not know')
  })
})

test('several items: the hint is a command with shell quoting', () => {
  const [hint] = severalItems('a $(b) `c`', "it's").hints
  expect(hint).toContain("secret-tool clear service 'a $(b) `c`' username 'it'\"'\"'s'")
})

describe('an addon that is not installed', () => {
  const options = {
    platform: 'linux',
    indexFile: join('/nowhere', 'keychain.json'),
    userId: -1,
    locks: { folder: '/nowhere/locks', userId: -1 },
    loadAddon: () => Promise.reject(new Error("Cannot find module '@napi-rs/keyring-linux-x64-gnu'")),
  }

  test('is unavailable for every verb, with a hint', async () => {
    const store = keychainStore(options)
    const item = credential(parseAddress('https://git.example.com'))
    for (const call of [
      () => store.find(someone, [item.endpoint]),
      () => store.save(someone, item),
      () => store.list(someone),
    ]) {
      const failure = await failureOf(call())
      expect(failure.code).toBe('unavailable')
      expect(failure.hints[0]).toContain('npm install --global --include=optional credbridge')
    }
  })

  test('is loaded by the first call, and not tried again', async () => {
    let loaded = 0
    const store = keychainStore({
      ...options,
      platform: 'darwin',
      loadAddon: async () => {
        loaded++
        return fakeAddon()
      },
    })
    expect(loaded).toBe(0)
    const item = credential(parseAddress('https://git.example.com'))
    expect((await store.find(someone, [item.endpoint])).map(plain)).toEqual([])
    expect(await store.list(someone)).toEqual([])
    expect(loaded).toBe(1)
  })
})
