import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { listening } from '../real/listening.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { at, startTokenWorld, type TokenWorld } from '../real/token-world.ts'
import { onTerminal } from '../real/typing.ts'

/* What people see of a token: its renewal, its end, and where it stays. */

const start = () => startTokenWorld('vault', onTestFinished)
const asGit = { input: 'protocol=https\nhost=git.example.com\n\n' }
const git = (world: TokenWorld) => world.run('git-credential-credbridge', ['get'], asGit)

needs('the build (npm run build)', built)('built', () => {
  test('list, explain and doctor say how it is renewed and until when it works', async () => {
    const world = await start()
    await world.signIn('alice')
    await world.signIn('bob', { endsIn: -5, grant: { ended: 1 } })
    const list = await world.credbridge('list')
    expect(list.stdout).toMatch(/ alice +person +token .*renews itself; this access token ends .*\d\d:\d\d$/m)
    expect(list.stdout).toMatch(/ bob +person +token .*the sign-in has ended$/m)
    const rows = JSON.parse((await world.credbridge('list', '--json')).stdout) as readonly { token: unknown }[]
    expect(rows.map(({ token }) => token)).toEqual([
      { provider: 'generic', expires: expect.any(String), renewal: 'itself' },
      { provider: 'generic', expires: expect.any(String), renewal: 'ended' },
    ])
    const explained = (await world.credbridge('explain', at, '--tool', 'docker')).stdout
    expect(explained).toMatch(/^docker gets alice\b/)
    expect(explained).toContain(`not bob, saved by a person: it expired`)
    expect(explained).toContain(`to change that: credbridge login ${at}\n`)
    const unshared = (await world.credbridge('explain', at, '--tool', 'npm')).stdout
    expect(unshared).toContain(`credbridge share --with npm ${at} alice\n`)
    const doctor = (await world.credbridge('doctor')).stdout
    expect(doctor).toMatch(/^ok +sign-in: alice at .*: renews itself; this access token ends .*$/m)
    expect(doctor).toContain(`sign-in: bob at ${at}: the sign-in has ended\n        fix: credbridge login ${at}\n`)
    expect(await world.provider.refreshes()).toBe(0)
  })

  test('a token endpoint that is silent is asked once, and costs no token', async () => {
    const world = await start()
    let asked = 0
    const port = await listening(
      createServer(() => asked++),
      onTestFinished,
    )
    const renewal = { tokenEndpoint: `http://127.0.0.1:${port}/token` }
    const { refreshToken } = await world.signIn('alice', { endsIn: -1, renewal })
    const before = await world.kept('alice')
    for (let call = 0; call < 2; call++) {
      const { stdout, stderr } = await git(world)
      expect(stdout).toBe('')
      expect(stderr).toContain(`the sign-in at ${at} could not be renewed: its token endpoint has not answered yet`)
      expect(stderr).toContain(`credbridge login ${at}`)
    }
    expect(asked).toBe(1)
    expect(await world.kept('alice')).toEqual(before)
    expect(before?.refreshToken).toBe(refreshToken)
    expect((await world.credbridge('list')).stdout).toContain('renews itself, and has just failed to')
    await world.signIn('alice', { endsIn: 50, renewal })
    expect((await git(world)).stdout).toContain('username=alice\n')
    expect((await world.credbridge('doctor')).stdout).toMatch(
      /^WRONG +sign-in: alice at .*: could not be renewed: .*\n +fix: .*login/m,
    )
  })

  needsPrograms('python3')('a terminal', () => {
    test('a sign-in that was revoked ends: tools hear nothing, a person hears what to do', async () => {
      const world = await start()
      const { refreshToken } = await world.signIn('alice', { endsIn: -1 })
      const body = new URLSearchParams({ client_id: world.provider.clientId, token: refreshToken })
      await fetch(world.provider.revocationEndpoint, { method: 'POST', body })
      expect(await git(world)).toMatchObject({ stdout: '', stderr: '', exitCode: 0 })
      expect((await world.kept('alice'))?.grant.ended).toBeGreaterThan(0)
      const typed = `printf '${asGit.input.replaceAll('\n', '\\n')}' | git-credential-credbridge get`
      const { stdout } = await run('python3', onTerminal([], 'sh', '-c', typed), { env: world.env })
      expect(stdout).toContain(`credbridge: the sign-in at ${at} has ended: credbridge login ${at}`)
    })
  })

  test('a vault that is open for one program only is open for the renewal that it causes', async () => {
    const world = await start()
    await world.signIn('alice', { endsIn: -1 })
    const vault = (input: string, ...words: readonly string[]) =>
      world.run('credbridge', ['vault', ...words], { input })
    expect(await vault('open sesame\n', 'add-slot', 'passphrase')).toMatchObject({ exitCode: 0 })
    expect(await vault('open sesame\n', 'remove-slot', 'key-file')).toMatchObject({ exitCode: 0 })
    rmSync(join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge', 'vault.key'))
    const ask = join(world.session.folder, 'ask')
    writeFileSync(
      ask,
      '#!/bin/sh\nprintf "protocol=https\\nhost=git.example.com\\n\\n" | git-credential-credbridge get\n',
    )
    chmodSync(ask, 0o755)
    const asked = await world.run('credbridge', ['unlock', '--', ask], { input: 'open sesame\n' })
    expect(asked).toMatchObject({ stdout: expect.stringContaining('username=alice\n'), stderr: '' })
    expect(await world.provider.refreshes()).toBe(1)
  })

  describe('it stays where it is', () => {
    test('a helper store does not get it', async () => {
      const world = await start()
      await world.signIn('alice')
      const moved = await world.credbridge('move', at, '--to', 'helper:pass')
      expect(moved.stderr).toContain('the helper:pass store keeps nothing that renews itself\n')
      expect(await world.kept('alice')).toBeDefined()
    })

    test('remove and restore: it renews itself as before', async () => {
      const world = await start()
      await world.signIn('alice', { endsIn: 1 })
      await world.credbridge('remove', at, 'alice')
      expect((await git(world)).stdout).toBe('')
      await world.credbridge('restore', at, 'alice')
      expect((await git(world)).stdout).toContain('username=alice\n')
      expect(await world.provider.refreshes()).toBe(1)
    })

    test('set replaces it, and restore brings it back', async () => {
      const world = await start()
      const { accessToken } = await world.signIn('alice')
      await world.set(at, 'alice', 'typed', { more: { CREDBRIDGE_STORE: 'vault' } })
      expect((await git(world)).stdout).toBe('username=alice\npassword=typed\n')
      // git still repeats what it was answered before.
      const repeated = `protocol=https\nhost=git.example.com\nusername=alice\npassword=${accessToken}\n\n`
      await world.run('git-credential-credbridge', ['store'], { input: repeated })
      expect((await git(world)).stdout).toBe('username=alice\npassword=typed\n')
      await world.credbridge('restore', '--replace', at, 'alice')
      expect((await git(world)).stdout).toContain(`password=${accessToken}\n`)
    })
  })
})
