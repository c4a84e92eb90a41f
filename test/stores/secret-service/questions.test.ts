import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { built } from '../../real/commands.ts'
import { needs, needsPrograms } from '../../real/require.ts'
import { startWorld, type World } from '../../real/world.ts'

/* How many questions a client's call asks the keyring, counted by dbus-monitor: docs/secret-service.md has the numbers. */

const login = (secret: string) => JSON.stringify({ ServerURL: 'registry.example.com', Username: 'ann', Secret: secret })
const git = 'protocol=https\nhost=git.example.com\n'
const told = { searches: 2, properties: 0, items: 1 }
const gits = `${git}username=ann\npassword=s3cret\n`

needs('the build (npm run build)', built)('built', () => {
  needsPrograms(
    'dbus-monitor',
    'dbus-daemon',
    'dbus-send',
    'gnome-keyring-daemon',
  )('the keyring is asked', () => {
    test('no more than is needed', async () => {
      const world = await startWorld('unlocked', onTestFinished)
      await world.set('https://other.example.com', 'ann', 's3cret')
      const docker = (verb: string, input: string) => questions(world, 'docker-credential-credbridge', [verb], input)
      const asGit = (verb: string, input: string) => questions(world, 'git-credential-credbridge', [verb], input)
      const nothing = { searches: 2, properties: 3, items: 0 }
      expect(await docker('get', 'registry.example.com')).toEqual(nothing)
      expect(await docker('store', login('s3cret'))).toEqual({ searches: 7, properties: 3, items: 2 })
      expect(await docker('get', 'registry.example.com')).toEqual(told)
      expect(await docker('store', login('s3cret'))).toEqual(told)
      expect(await docker('store', login('another'))).toEqual({ searches: 6, properties: 0, items: 3 })
      expect(await asGit('get', git)).toEqual(nothing)
      expect(await asGit('store', gits)).toEqual({ searches: 7, properties: 3, items: 2 })
      expect(await asGit('get', git)).toEqual(told)
      expect(await asGit('store', gits)).toEqual(told)
    })

    test('of the many names that pip may mean, the one that is there answers alone', async () => {
      const world = await startWorld('unlocked', onTestFinished)
      const index = 'https://pkgs.example.com/simple/'
      const set = await world.run('credbridge-keyring', ['set', index, 'ann'], { input: 's3cret' })
      expect(set).toMatchObject({ exitCode: 0 })
      expect(await questions(world, 'credbridge-keyring', ['get', index, 'ann'], '')).toEqual(told)
      const origin = await questions(world, 'credbridge-keyring', ['get', 'https://pkgs.example.com/', 'ann'], '')
      expect(origin.searches).toBeGreaterThan(told.searches)
    })
  })
})

/** How often a command searches, reads a property of the service or a collection, and reads all those of an item. */
async function questions(world: World, command: string, words: readonly string[], input: string): Promise<Questions> {
  const child = spawn('dbus-monitor', ['--session', "type='method_call',destination='org.freedesktop.secrets'"], {
    env: world.env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let heard = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    heard += text
  })
  while (!heard.includes('NameAcquired')) await once(child.stdout, 'data')
  expect(await world.run(command, [...words], { input })).toMatchObject({ stderr: '' })
  // The bus hands on in order: once this call is heard, everything before it was.
  const end = ['--session', '--print-reply', '--dest=org.freedesktop.secrets', '/', 'org.example.End.End']
  await world.run('dbus-send', end)
  while (!heard.includes('member=End')) await once(child.stdout, 'data')
  child.kill('SIGKILL')
  const count = (member: string) => heard.split(`member=${member}\n`).length - 1
  return { searches: count('SearchItems'), properties: count('Get'), items: count('GetAll') }
}

interface Questions {
  readonly searches: number
  readonly properties: number
  readonly items: number
}
