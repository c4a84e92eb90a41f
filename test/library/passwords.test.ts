import { describe, expect, test } from 'vitest'
import { Failure } from '../../src/core/failure.ts'
import { hint } from '../../src/core/hint.ts'
import { ArgumentTypeError } from '../../src/library/arguments.ts'
import { NoKeyringError, PasswordDeleteError } from '../../src/library/errors.ts'
import { type Passwords, passwordsOver } from '../../src/library/passwords.ts'
import { keyring } from '../../src/tools/python/dialect.ts'
import { opened } from './opened.ts'

function library() {
  const talk = opened()
  const passwords = passwordsOver(talk.open)
  const machine = { platform: 'linux', home: '/home/alice', files: { exists: () => false } }
  return {
    ...passwords,
    store: talk.store,
    cli: (words: string[], input = '') => talk.say(keyring(machine), words, input),
  }
}

describe('passwords', () => {
  test('set, get, delete', async () => {
    const { setPassword, getPassword, deletePassword } = library()
    expect(await getPassword('sys', 'bob')).toBeUndefined()
    await setPassword('sys', 'bob', 'one')
    await setPassword('sys', 'bob', 'line 1\nline 2\n😀\u0000')
    await setPassword('sys', '', '')
    expect(await getPassword('sys', 'bob')).toBe('line 1\nline 2\n😀\u0000')
    expect(await getPassword('sys', '')).toBe('')
    expect(await getPassword('sys', 'carol')).toBeUndefined()
    await deletePassword('sys', 'bob')
    expect(await getPassword('sys', 'bob')).toBeUndefined()
    await expect(deletePassword('sys', 'bob')).rejects.toBeInstanceOf(PasswordDeleteError)
  })

  test('a credential with and without a user', async () => {
    const { setPassword, getCredential } = library()
    expect(await getCredential('sys')).toBeUndefined()
    await setPassword('sys', 'bob', 'pw')
    expect(await getCredential('sys')).toEqual({ username: 'bob', password: 'pw' })
    expect(await getCredential('sys', 'bob')).toEqual({ username: 'bob', password: 'pw' })
    expect(await getCredential('sys', 'carol')).toBeUndefined()
  })

  test('the items are those of the keyring command, and widen alike', async () => {
    const { setPassword, getPassword, cli } = library()
    await setPassword('https://pkgs.example.com', 'alice', 'pw')
    expect((await cli(['get', 'https://pkgs.example.com/simple/', 'alice'])).stdout).toBe('pw\n')
    await cli(['set', 'sys', 'bob'], 'from there\n')
    expect(await getPassword('sys', 'bob')).toBe('from there')
    expect(await getPassword('pkgs.example.com', 'alice')).toBeUndefined()
  })

  test('which store is in use', async () => {
    expect(await library().getKeyring()).toEqual({ name: 'memory', lasts: 'process', asked: ['memory'] })
  })

  test('no keychain and a locked one are two things, and neither is a miss', async () => {
    const { store, getPassword, setPassword, deletePassword } = library()
    for (const work of [
      () => getPassword('s', 'u'),
      () => setPassword('s', 'u', 'p'),
      () => deletePassword('s', 'u'),
    ]) {
      store.failOnce(new Failure('unavailable', 'there is no keychain', { hints: [hint`credbridge use vault`] }))
      const error = await work().catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(NoKeyringError)
      expect(error).toMatchObject({ code: 'unavailable', hints: ['credbridge use vault'] })
      store.failOnce(new Failure('locked', 'the keychain is locked'))
      await expect(work()).rejects.toMatchObject({ code: 'locked', name: 'Failure' })
    }
  })

  test('a text that is none is refused', async () => {
    await expect(library().setPassword('s', 'u', '\ud800')).rejects.toMatchObject({ code: 'malformed' })
    await expect(library().setPassword('a\0b', 'u', 'p')).rejects.toMatchObject({ code: 'malformed' })
  })

  const wrong = undefined as unknown as string
  test.each<[string, (library: Passwords) => Promise<unknown>]>([
    ['service must be a string, not undefined', ({ getPassword }) => getPassword(wrong, 'u')],
    ['username must be a string, not undefined', ({ getPassword }) => getPassword('s', wrong)],
    ['username must be a string, not null', ({ getCredential }) => getCredential('s', null as unknown as string)],
    ['password must be a string, not object', ({ setPassword }) => setPassword('s', 'u', {} as string)],
    ['password must be a string, not array', ({ setPassword }) => setPassword('s', 'u', ['p'] as unknown as string)],
    ['username must be a string, not number', ({ deletePassword }) => deletePassword('s', 5 as unknown as string)],
  ])('an argument of the wrong type: %s', async (message, work) => {
    const error = await work(library()).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ArgumentTypeError)
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ message, code: 'ERR_INVALID_ARG_TYPE', name: 'ArgumentTypeError' })
  })
})
