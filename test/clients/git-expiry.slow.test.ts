import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { basic } from '../real/git-server.ts'
import { type Git, newerGit } from '../real/gits.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { openGitWorld } from './git-world.ts'

/* As in git-newer.test.ts; git and our command have one clock, which runs until the password is over. */

const later = Math.floor(Date.now() / 1000) + 100_000

needsPrograms('dbus-daemon', 'gnome-keyring-daemon')('a keyring', () => {
  needs('the build (npm run build)', built)('git', () => {
    needs('a newer git (.ci/gits)', newerGit !== undefined)('a newer one', () => stories(newerGit as Git))
  })
})

function stories(git: Git): void {
  test('an expired password is withheld, its refresh token reaches the helper that can use it', async () => {
    const world = await openGitWorld(git)
    const { server } = world
    const url = server.repository('r.git')
    server.accept(basic('ann', 'first'), 'ann')
    const soon = Math.floor(Date.now() / 1000) + 20
    world.second.answer = `username=ann\npassword=first\npassword_expiry_utc=${soon}\noauth_refresh_token=r1\n`
    await world.git(['ls-remote', url])
    expect(await world.kept()).toContain('password=first\n')
    server.expire(basic('ann', 'first'))
    server.accept(basic('ann', 'second'), 'ann')
    world.second.answer = `password=second\npassword_expiry_utc=${later}\noauth_refresh_token=r2\n`
    world.tried()
    await sleep(soon * 1000 + 100 - Date.now())

    expect(await world.kept()).toBe('username=ann\noauth_refresh_token=r1\n')
    expect(await world.git(['ls-remote', url])).toMatchObject({ exitCode: 0, stderr: '' })
    const asked = world.second.told().filter(({ verb }) => verb === 'get')
    expect(asked[1]?.input).toContain('username=ann\noauth_refresh_token=r1\n')
    expect(asked[1]?.input).not.toContain('password=')
    expect(world.tried()).toEqual([basic('ann', 'second')])
    expect(await world.kept()).toBe(
      `username=ann\npassword=second\npassword_expiry_utc=${later}\noauth_refresh_token=r2\n`,
    )
  })
}
