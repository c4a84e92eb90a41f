import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { built, installCommands } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { type KeyringState, type Session, startSession } from '../real/session.ts'

const library = join(import.meta.dirname, '..', '..', 'dist', 'library', 'index.cjs')
const keytar = join(import.meta.dirname, '..', '..', 'dist', 'library', 'keytar.cjs')

/** A program that saves and looks what came of it; whatever it does, its streams are its own. */
const program = (first = '') => `
const { allowVault, getKeyring, getPassword, setPassword } = require(${JSON.stringify(library)})
const keytar = require(${JSON.stringify(keytar)})
const outcome = (work) => work.then((value) => value ?? 'undefined', ({ name, code }) => [name, code])
async function main() {
  ${first}
  const before = await outcome(getKeyring())
  const kept = await outcome(setPassword('app', 'ann', 'secret'))
  const again = await outcome(keytar.setPassword('app', 'bob', 'secret'))
  const found = await outcome(getPassword('app', 'ann'))
  process.stdout.write(JSON.stringify({ before, kept, again, found, after: await outcome(getKeyring()) }))
}
main()`

async function outcomeIn({ env }: Session, first = ''): Promise<unknown> {
  const outcome = await run(process.execPath, ['--eval', program(first)], { env, cwd: env['HOME'] ?? '/' })
  expect(outcome).toMatchObject({ stderr: '', exitCode: 0 })
  return JSON.parse(outcome.stdout)
}

const start = (state: KeyringState) => startSession(state, onTestFinished)
const vaultIn = ({ env }: Session) => existsSync(join(env['XDG_DATA_HOME'] ?? '', 'credbridge', 'vault'))
const keyring = (name: string) => ({ name, lasts: 'forever', asked: [name] })
const well = (name: string) => ({
  before: keyring(name),
  kept: 'undefined',
  again: 'undefined',
  found: 'secret',
  after: keyring(name),
})

needs('the build (npm run build)', built)('a program that imports the library', () => {
  needsPrograms('dbus-daemon', 'setpriv')('where nobody has settled on a store and there is no keychain', () => {
    test.each(['no-bus', 'no-service'] as const)('hears so, and nothing is made (%s)', async (state) => {
      const session = await start(state)
      const none = ['NoKeyringError', 'unavailable']
      expect(await outcomeIn(session)).toEqual({ before: none, kept: none, again: none, found: none, after: none })
      expect([vaultIn(session), existsSync(join(session.env['XDG_STATE_HOME'] ?? '', 'credbridge'))]).toEqual([
        false,
        false,
      ])
    })

    test.each(['no-bus', 'no-service'] as const)('uses the vault if it says so, under one name (%s)', async (state) => {
      const session = await start(state)
      expect(await outcomeIn(session, 'allowVault()')).toEqual(well('vault'))
      expect(vaultIn(session)).toBe(true)
    })

    test('may say so later, and before that it hears how a person says it', async () => {
      const session = await start('no-bus')
      const refused = `await setPassword('a', 'b', 'c').catch(({ hints }) => {
        if (!hints.some((hint) => hint.includes('credbridge use vault'))) throw new Error(hints.join())
      }); allowVault()`
      expect(await outcomeIn(session, refused)).toEqual(well('vault'))
    })

    test('uses the store that a person has settled on', async () => {
      const session = await start('no-bus')
      const commands = installCommands(join(session.folder, 'commands'))
      const env = { ...session.env, PATH: `${commands}:${session.env['PATH']}` }
      expect(await run('credbridge', ['use', 'vault'], { env })).toMatchObject({ exitCode: 0 })
      expect(await outcomeIn(session)).toEqual(well('vault'))
    })
  })

  needsPrograms(
    'dbus-daemon',
    'gnome-keyring-daemon',
    'setpriv',
  )('where there is a keychain', () => {
    test.each(['', 'allowVault()'])('uses it, under one name (%s)', async (first) => {
      const session = await start('unlocked')
      expect(await outcomeIn(session, first)).toEqual(well('secret-service'))
      expect(vaultIn(session)).toBe(false)
    })

    test('that cannot keep anything: one answer, before and after', async () => {
      const session = await start('no-collection')
      const none = ['NoKeyringError', 'unavailable']
      expect(await outcomeIn(session)).toEqual({
        before: none,
        kept: none,
        again: none,
        found: 'undefined',
        after: none,
      })
      expect(await outcomeIn(session, 'allowVault()')).toEqual(well('vault'))
    })

    describe('that is locked', () => {
      test.each(['', 'allowVault()'])('settles nothing (%s)', async (first) => {
        const session = await start('locked')
        const locked = ['Failure', 'locked']
        const outcome = (await outcomeIn(session, first)) as object
        expect(outcome).toMatchObject({ before: locked, kept: locked, again: locked, after: locked })
        expect(vaultIn(session)).toBe(false)
      })
    })
  })
})
