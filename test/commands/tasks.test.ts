import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { basic } from '../real/git-server.ts'
import { machineGit } from '../real/gits.ts'
import { hasKeyring, needs, needsPrograms } from '../real/require.ts'
import { sshd } from '../real/ssh-server.ts'
import { counted, openTasks, tasks } from './tasks-world.ts'

/* The blocks of docs/tasks.md are run as they stand. The page says which of its names stand for what. */

const isRoot = process.getuid?.() === 0

test('the page counts its own lines', () => {
  expect(tasks.map(({ heading }) => heading)).toHaveLength(10)
  for (const { heading, lines } of tasks) expect([heading, counted(heading)]).toEqual([heading, lines.length])
})

needs('the build and a keyring', built && hasKeyring)('docs/tasks.md', () => {
  needs('an SSH server, as root', sshd !== undefined && isRoot)('on this machine and another', () => {
    needsPrograms(
      'git',
      'bash',
      'ssh',
      'ssh-keygen',
      'tar',
      'perl',
      'python3',
    )('', () => {
      const open = async (...states: Parameters<typeof openTasks> extends [unknown, ...infer Rest] ? Rest : never) => {
        if (machineGit === undefined) throw new Error('there is no git')
        const world = await openTasks(machineGit, ...states)
        for (const user of ['alice', 'bob', 'ci']) world.server.accept(basic(user, `${user}-t0ken`), user)
        return world
      }
      const set = (world: Awaited<ReturnType<typeof open>>, user: string) =>
        world.here('credbridge', ['set', world.origin, user], `${user}-t0ken`)
      const fill = async (world: Awaited<ReturnType<typeof open>>, more = '') =>
        (await world.here('git', ['credential', 'fill'], `url=${world.origin}\n${more}\n`)).stdout

      test('getting started', async () => {
        const world = await open('unlocked')
        const outcome = await world.task('Getting started: the first sign-in', world.person('alice', 'alice-t0ken'))
        expect(outcome).toMatchObject({ exitCode: 0 })
        expect(outcome.stderr).toContain('git stored a throw-away credential, found it and erased it\n')
        expect(await world.here('git', ['-C', 'app', 'fetch'])).toMatchObject({ exitCode: 0 })
        const { stdout } = await world.here('credbridge', ['list', '--json'])
        expect(JSON.parse(stdout)).toMatchObject([{ endpoint: world.origin, account: 'alice', owner: 'git' }])
      })

      test('see what is kept', async () => {
        const world = await open('unlocked')
        await set(world, 'alice')
        const { exitCode, stdout } = await world.task('See what is kept')
        expect(exitCode).toBe(0)
        expect(stdout).toMatch(new RegExp(`^${world.origin} +alice +person +basic `, 'm'))
        expect(stdout).not.toContain('t0ken')
      })

      test('rotate a secret', async () => {
        const world = await open('unlocked')
        await world.here('credbridge', ['setup', 'git'])
        await world.here('git', ['credential', 'approve'], `url=${world.origin}\nusername=alice\npassword=old\n\n`)
        const outcome = await world.task('Rotate a secret', {}, [[': ', 'alice-t0ken\r']])
        expect(outcome).toMatchObject({ exitCode: 0 })
        expect(outcome.stdout).not.toContain('alice-t0ken')
        expect(await fill(world)).toContain('password=alice-t0ken\n')
      })

      test('several accounts', async () => {
        const world = await open('unlocked')
        await world.here('credbridge', ['setup', 'git'])
        await set(world, 'alice')
        const outcome = await world.task('Several accounts at one server', {}, [[': ', 'bob-t0ken\r']])
        expect(outcome).toMatchObject({ exitCode: 0 })
        expect(await fill(world)).toContain('username=alice\npassword=alice-t0ken\n')
        expect(await fill(world, 'username=bob\n')).toContain('password=bob-t0ken\n')
        const named = world.url.replace('://', '://bob@')
        expect(await world.here('git', ['clone', named])).toMatchObject({ exitCode: 0 })
      })

      test('CI', async () => {
        const world = await open('no-bus')
        const outcome = await world.task('CI', { GIT_TOKEN: 'ci-t0ken', GIT_ASKPASS: '' })
        expect(outcome).toMatchObject({ exitCode: 0 })
        expect(readFileSync(join(world.home, 'app', '.git', 'config'), 'utf8')).not.toContain('t0ken')
        expect(world.server.seen).toContain(basic('ci', 'ci-t0ken'))
      })

      test('another machine, over SSH', async () => {
        const world = await open('unlocked', 'no-bus')
        await set(world, 'alice')
        const outcome = await world.task('Another machine, over SSH')
        expect(outcome).toMatchObject({ exitCode: 0 })
        expect(await world.there('credbridge', ['get', world.origin])).toMatchObject({ stdout: 'alice-t0ken\n' })
        expect((await world.there('git', ['-C', 'app', 'remote', 'get-url', 'origin'])).stdout).toBe(`${world.url}\n`)
      })

      test('a script that needs a secret', async () => {
        const world = await open('unlocked')
        await world.here('credbridge', ['set', 'https://api.example.com', 'alice'], 'api-t0ken')
        writeFileSync(join(world.home, 'deploy'), '#!/bin/sh\nprintf %s "$API_TOKEN" >got\n', { mode: 0o755 })
        expect(await world.task('A script that needs a secret')).toMatchObject({ exitCode: 0 })
        expect(world.read('got')).toBe('api-t0ken')
      })

      test('find out why a sign-in does not work', async () => {
        const world = await open('unlocked')
        await world.here('credbridge', ['setup', 'git'])
        await set(world, 'alice')
        world.server.expire(basic('alice', 'alice-t0ken'))
        expect((await world.here('git', ['clone', world.url], '', { GIT_ASKPASS: '' })).exitCode).not.toBe(0)
        const { stdout } = await world.task('Find out why a sign-in does not work')
        expect(stdout).toMatch(/^ {2}git +gets nothing: refused by the server /m)
      })

      test('move to a new machine', async () => {
        const world = await open('unlocked', 'unlocked')
        await set(world, 'alice')
        await set(world, 'bob')
        expect(await world.task('Move to a new machine')).toMatchObject({ exitCode: 0 })
        const listed = await world.there('credbridge', ['list', '--json'])
        expect(JSON.parse(listed.stdout)).toMatchObject([
          { account: 'alice', store: 'secret-service' },
          { account: 'bob', store: 'secret-service' },
        ])
        expect((await world.there('credbridge', ['get', world.origin, 'bob'])).stdout).toBe('bob-t0ken\n')
        expect(await world.here('credbridge', ['use', 'vault'])).toMatchObject({ exitCode: 0 })
        expect((await world.here('credbridge', ['get', world.origin, 'bob'])).stdout).toBe('bob-t0ken\n')
      })

      test('uninstall', async () => {
        const world = await open('unlocked')
        const before = world.read('.gitconfig')
        await world.here('credbridge', ['setup', 'git'])
        const outcome = await world.task('Uninstall', {}, [['shown? [y/N] ', 'y\r']])
        expect(outcome).toMatchObject({ exitCode: 0 })
        expect(world.read('.gitconfig')).toBe(before)
      })
    })
  })
})
