import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, usual } from '../real/depth.ts'
import { needs, needsPrograms } from '../real/require.ts'
import type { KeyringState } from '../real/session.ts'
import { onTerminal } from '../real/typing.ts'
import type { World } from '../real/world.ts'
import { at, inKeyring, kept, said, settled, start, vaultOf } from './choice-world.ts'

/*
 * The choice of a store (rule 8 of docs/architecture.md), by the built commands, on real buses and keyrings.
 */

needs('the build (npm run build)', built)('built', () => {
  needsPrograms(
    'dbus-daemon',
    'gnome-keyring-daemon',
    'secret-tool',
  )('the choice of a store', () => {
    usual('a keychain that works is settled on, and nothing lies anywhere else', async () => {
      const world = await start('unlocked')
      expect(await world.credbridge('get', at)).toMatchObject({ exitCode: 1, stderr: `nothing is kept for ${at}\n` })
      expect(settled(world)).toBeUndefined()
      expect(await world.set(at, 'ann', 's3cret')).toMatchObject(kept)
      expect(settled(world)).toBe('secret-service')
      expect((await inKeyring(world)).stdout.match(/secret = .*/g)).toEqual(['secret = s3cret'])
      expect(existsSync(vaultOf(world))).toBe(false)
      expect((await world.credbridge('get', at)).stdout).toBe('s3cret\n')
    })

    const none: readonly [string, KeyringState, (world: World) => Record<string, string>][] = [
      ['no bus', 'no-bus', () => ({})],
      ['no bus, and nowhere to look for one', 'no-bus', () => ({ XDG_RUNTIME_DIR: '' })],
      ['a bus without a service', 'no-service', () => ({})],
      ['a dead bus address', 'no-bus', ({ env }) => ({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${env['HOME']}/gone` })],
      ['a service that answers reads but cannot store', 'no-collection', () => ({})],
    ]
    usual.each(none)('%s: the vault, and a client that nobody watches hears nothing of it', async (_, state, env) => {
      const world = await start(state)
      const more = env(world)
      const git = (verb: string, password = '') =>
        world.run('git-credential-credbridge', [verb], {
          more,
          input: `protocol=https\nhost=git.example.com\n${password === '' ? '' : `username=ann\npassword=${password}\n`}`,
        })
      expect(await git('get')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
      expect(settled(world)).toBeUndefined()
      expect(await git('store', 's3cret')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
      expect(settled(world)).toBe('vault')
      expect(await git('store', 'n3wer')).toMatchObject({ exitCode: 0, stderr: '' })
      expect(await git('get')).toMatchObject({ stdout: expect.stringContaining('password=n3wer\n'), stderr: '' })
    })

    usual('the vault is said once to whoever has a terminal', async () => {
      const world = await start('no-bus')
      const store = (host: string) => {
        const message = `protocol=https\\nhost=${host}\\nusername=ann\\npassword=s3cret\\n`
        const line = `printf '${message}' | git-credential-credbridge store`
        return world.run('python3', onTerminal([], 'sh', '-c', line))
      }
      const { exitCode, stdout } = await store('one.example.com')
      expect({ exitCode, said: stdout.startsWith(said) }).toEqual({ exitCode: 0, said: true })
      expect(await store('two.example.com')).toMatchObject({ exitCode: 0, stdout: '' })
    })

    thorough('a keychain that appears after the vault was settled on: the way back is named, and works', async () => {
      const world = await start('no-service')
      const outcome = await world.set(at, 'ann', 's3cret')
      expect(outcome.stderr).toContain('once there is one: credbridge use secret-service --move\n')
      const way = 'fix: credbridge use secret-service --move'
      expect((await world.credbridge('doctor')).stdout).not.toContain(way)
      await world.session.restart('unlocked')
      expect((await world.credbridge('doctor')).stdout).toContain(way)
      expect(settled(world)).toBe('vault')
      expect(await world.credbridge('use', 'secret-service', '--move')).toMatchObject({ exitCode: 0 })
      expect((await inKeyring(world)).stdout.match(/secret = .*/g)).toEqual(['secret = s3cret'])
      expect((await world.credbridge('doctor')).stdout).not.toContain(way)
    })

    usual('a bus address that has outlived its bus does not hide the bus of the session', async () => {
      const world = await start('unlocked')
      const more = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${world.env['HOME']}/gone` }
      expect(await world.set(at, 'ann', 's3cret', { more })).toMatchObject(kept)
      expect(settled(world)).toBe('secret-service')
    })

    const broken: readonly [string, KeyringState, (world: World) => void, RegExp][] = [
      ['a locked keyring over SSH', 'locked', () => {}, /locked/],
      ['a bus that says nothing', 'silent-bus', () => {}, /in time/],
      ['a service that is stopped', 'unlocked', ({ session }) => session.pause(), /in time/],
    ]
    thorough.each(broken)(
      '%s: fails with the way to choose, settles nothing and keeps nothing',
      async (_, state, make, why) => {
        const world = await start(state)
        make(world)
        const more = { SSH_CONNECTION: '192.0.2.1 50000 192.0.2.2 22', DISPLAY: ':7' }
        const outcome = await world.set(at, 'ann', 's3cret', { more, timeout: 60_000 })
        expect(outcome).toMatchObject({ exitCode: 2, stdout: '', timedOut: false })
        expect(outcome.stderr).toMatch(why)
        expect(outcome.stderr).toContain('hint: to use another store: credbridge use vault\n')
        expect(settled(world)).toBeUndefined()
        expect(existsSync(vaultOf(world))).toBe(false)
        expect(await world.credbridge('use', 'vault')).toMatchObject({ exitCode: 0 })
        expect(await world.set(at, 'ann', 's3cret')).toMatchObject(kept)
        expect((await world.credbridge('get', at)).stdout).toBe('s3cret\n')
      },
    )

    usual('a bus that hangs up was there: fails, settles nothing and keeps nothing', async () => {
      const world = await start('no-bus')
      const bus = createServer((socket) => socket.on('error', () => {}).destroy())
      onTestFinished(() => void bus.close())
      bus.listen(join(world.env['XDG_RUNTIME_DIR'] ?? '', 'bus'))
      await once(bus, 'listening')
      for (const outcome of [await world.set(at, 'ann', 's3cret'), await world.credbridge('get', at)]) {
        expect(outcome).toMatchObject({
          exitCode: 2,
          stdout: '',
          stderr: expect.stringMatching(/closed the connection|cannot be reached/),
        })
        expect(outcome.stderr).toContain('hint: to use another store: credbridge use vault\n')
      }
      expect([settled(world), existsSync(vaultOf(world))]).toEqual([undefined, false])
    })

    usual('setup settles it, before anything is changed', async () => {
      const [world, without] = [await start('unlocked'), await start('no-bus')]
      const setup = ['setup', 'git']
      expect(await world.credbridge(...setup, '--dry-run')).toMatchObject({ exitCode: 0 })
      expect(settled(world)).toBeUndefined()
      await world.session.lock()
      const refused = await world.credbridge(...setup)
      expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('credbridge use vault\n') })
      const helpers = () => world.run('git', ['config', '--global', '--get-all', 'credential.helper'])
      expect([(await helpers()).stdout, settled(world)]).toEqual(['', undefined])
      await world.session.restart()
      expect(await world.credbridge(...setup)).toMatchObject({ exitCode: 0 })
      expect([(await helpers()).stdout, settled(world)]).toEqual([
        expect.stringContaining('credbridge'),
        'secret-service',
      ])
      const setUp = await without.credbridge(...setup, '--no-prove')
      expect(setUp).toMatchObject({ exitCode: 0 })
      expect(setUp.stderr.startsWith(said)).toBe(true)
      expect(settled(without)).toBe('vault')
      expect(await without.set(at, 'ann', 's3cret')).toMatchObject(kept)
    })

    usual('settled on the keychain: while it is gone that is a failure, and the vault stays out of it', async () => {
      const world = await start('unlocked')
      await world.set(at, 'ann', 's3cret')
      await world.session.kill()
      for (const outcome of [await world.set(at, 'ann', 'other'), await world.credbridge('get', at)]) {
        expect(outcome).toMatchObject({ exitCode: 2, stdout: '' })
        expect(outcome.stderr).toContain('hint: your secrets are in the secret-service store\n')
        expect(outcome.stderr).toContain('hint: to use another store: credbridge use vault\n')
      }
      expect([settled(world), existsSync(vaultOf(world))]).toEqual(['secret-service', false])
      await world.session.restart()
      expect((await world.credbridge('get', at)).stdout).toBe('s3cret\n')
    })

    thorough('settled on the vault: a keychain that appears later changes nothing', async () => {
      const world = await start('no-collection')
      await world.set(at, 'ann', 's3cret')
      await world.session.restart('unlocked')
      expect(await world.set(at, 'bob', 'other')).toMatchObject({ exitCode: 0 })
      expect((await world.credbridge('get', at, 'ann')).stdout).toBe('s3cret\n')
      expect(settled(world)).toBe('vault')
      expect((await inKeyring(world)).stdout).toBe('')
    })

    thorough('many first saves at once settle on one store and lose nothing', async () => {
      const world = await start('no-bus')
      const numbers = Array.from({ length: 8 }, (_, number) => `${number}`)
      const outcomes = await Promise.all(numbers.map((number) => world.set(`${at}/${number}`, 'ann', number)))
      expect(outcomes.map(({ exitCode }) => exitCode)).toEqual(numbers.map(() => 0))
      expect(outcomes.filter(({ stderr }) => stderr.startsWith(said))).toHaveLength(1)
      expect(JSON.parse((await world.credbridge('list', '--json')).stdout)).toHaveLength(numbers.length)
      expect(readdirSync(join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge')).sort()).toEqual(['store', 'vault.key'])
    })

    usual('a choice that cannot be remembered is refused, with the way out', async () => {
      const world = await start('unlocked')
      const more = { XDG_STATE_HOME: '/dev/null' }
      const outcome = await world.set(at, 'ann', 's3cret', { more })
      expect(outcome.exitCode).toBe(2)
      expect(outcome.stderr).toContain('the choice of the store cannot be written')
      expect(outcome.stderr).toContain('CREDBRIDGE_STORE=secret-service')
      expect((await inKeyring(world)).stdout).toBe('')
      const named = { ...more, CREDBRIDGE_STORE: 'secret-service' }
      expect(await world.set(at, 'ann', 's3cret', { more: named })).toMatchObject(kept)
    })
  })
})
