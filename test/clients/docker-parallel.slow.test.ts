import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { built, installCommands } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { startSession } from '../real/session.ts'
import { type StoreName, stores } from './docker-world.ts'

/* docker and BuildKit call helpers in parallel, and give up a build as a whole if an entry that was listed is not read. */

const notFound = 'credentials not found in native keychain\n'
const command = 'docker-credential-credbridge'

async function openHelper(store: StoreName) {
  const session = await startSession(store === 'vault' ? 'no-bus' : 'unlocked', onTestFinished)
  const folder = installCommands(join(session.folder, 'commands'))
  const env = { ...session.env, CREDBRIDGE_STORE: store, PATH: `${folder}:${session.env['PATH']}` }
  const say = (verb: string, input = 'unused') => run(join(folder, command), [verb], { env, input })
  return {
    say,
    /** Starts a call and kills it after this share of the time that one takes here and now. */
    async killed(verb: string, input: string, share: number) {
      const before = performance.now()
      await say('get', 'timed.example.com')
      const after = (performance.now() - before) * share
      const child = spawn(join(folder, command), [verb], { env, stdio: ['pipe', 'ignore', 'ignore'] })
      child.stdin.on('error', () => {})
      child.stdin.end(input)
      const exit = once(child, 'exit')
      await sleep(after)
      child.kill('SIGKILL')
      await exit
    },
    /** What is listed, after each key of it was read. */
    async readable(): Promise<Readonly<Record<string, string>>> {
      const listed = await say('list')
      expect(listed).toMatchObject({ exitCode: 0, stderr: '' })
      const entries = JSON.parse(listed.stdout) as Record<string, string>
      const read = await Promise.all(Object.keys(entries).map((server) => say('get', server)))
      for (const [at, [server, account]] of Object.entries(entries).entries()) {
        expect([server, read[at]?.exitCode, read[at]?.stderr]).toEqual([server, 0, ''])
        expect(JSON.parse(read[at]?.stdout ?? '')).toMatchObject({ ServerURL: server, Username: account })
      }
      return entries
    },
  }
}

const login = (server: string, user: string, secret: string) =>
  JSON.stringify({ ServerURL: server, Username: user, Secret: secret })

needs('the build (npm run build)', built)('built', () => {
  needsPrograms(
    'dbus-daemon',
    'gnome-keyring-daemon',
    'setpriv',
  )('many at once', () => {
    test.each(stores)('stores, lists and gets, with the secrets in %s', async (store) => {
      const { say, readable } = await openHelper(store)
      const servers = Array.from({ length: 6 }, (_, at) => `r${at}.example.com`)
      const calls = servers.flatMap((server) => [
        say('store', login(server, 'alice', 'a')),
        say('store', login(server, 'alice', 'b')),
        say('list'),
      ])
      const gets = servers.map((server) => say('get', server))
      for (const outcome of await Promise.all(calls)) expect(outcome).toMatchObject({ exitCode: 0, stderr: '' })
      for (const { exitCode, stdout } of await Promise.all(gets)) {
        if (exitCode === 0) expect(JSON.parse(stdout)).toMatchObject({ Username: 'alice' })
        else expect(stdout).toBe(notFound)
      }
      expect(await readable()).toEqual(Object.fromEntries(servers.map((server) => [server, 'alice'])))
    })

    test.each(stores)('logins of two users at one server: one of them is signed in, in %s', async (store) => {
      const { say, readable } = await openHelper(store)
      const users = ['alice', 'bob']
      for (let round = 0; round < 3; round++) {
        const calls = [...users, ...users].map((user) => say('store', login('r.example.com', user, `${user}${round}`)))
        for (const outcome of await Promise.all(calls)) expect(outcome).toMatchObject({ exitCode: 0, stderr: '' })
        expect(users).toContain((await readable())['r.example.com'])
      }
    })

    test.each(stores)('calls that are killed at any moment leave nothing half, in %s', async (store) => {
      const { say, killed, readable } = await openHelper(store)
      await say('store', login('kept.example.com', 'alice', 'a'))
      for (let tenth = 4; tenth <= 14; tenth++) {
        await Promise.all([
          killed('store', login('r.example.com', 'alice', `${tenth}`), tenth / 10),
          killed('store', login('kept.example.com', 'alice', `${tenth}`), (tenth + 0.5) / 10),
          killed('store', login('s.example.com', tenth % 2 === 0 ? 'alice' : 'bob', `${tenth}`), tenth / 10),
        ])
        expect(await readable()).toHaveProperty(['kept.example.com'], 'alice')
        await killed('erase', 'r.example.com', tenth / 10)
        await readable()
      }
      expect(await say('store', login('r.example.com', 'alice', 'last'))).toMatchObject({ exitCode: 0 })
      expect(await readable()).toHaveProperty(['r.example.com'], 'alice')
    })
  })
})
