import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { basic, bearer } from '../real/git-server.ts'
import { type Git, newerGit } from '../real/gits.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { openGitWorld } from './git-world.ts'

/*
 * What git understands since 2.40 (expiry), 2.41 (refresh token) and 2.46 (authtype, state), with a second helper after
 * ours that signs in anew, as git-credential-oauth does: ours keeps what it found.
 */

const later = Math.floor(Date.now() / 1000) + 100_000

needsPrograms('dbus-daemon', 'gnome-keyring-daemon')('a keyring', () => {
  needs('the build (npm run build)', built)('git', () => {
    needs('a newer git (.ci/gits)', newerGit !== undefined)('a newer one', () => stories(newerGit as Git))
  })
})

function stories(git: Git): void {
  test('a password with an expiry and a refresh token is kept with both', async () => {
    const world = await openGitWorld(git)
    const url = world.server.repository('r.git')
    world.server.accept(basic('ann', 'first'), 'ann')
    const answer = `username=ann\npassword=first\npassword_expiry_utc=${later}\noauth_refresh_token=r=1\n`
    world.second.answer = answer

    expect(await world.git(['ls-remote', url])).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await world.kept()).toBe(answer)
    expect(await world.git(['ls-remote', url])).toMatchObject({ exitCode: 0, stderr: '' })
    expect(verbs(world)).toEqual(['get', 'store', 'store'])
    expect(world.asked()).toEqual([])
  })

  test('a bearer token signs in, is kept and is forgotten when the server refuses it', async () => {
    const world = await openGitWorld(git)
    const { server } = world
    const url = server.repository('r.git')
    server.challenges = ['Bearer realm="a test"', 'Basic realm="a test"']
    server.accept(bearer('t0k=n'), 'ann')
    const answer = `capability[]=authtype\nauthtype=Bearer\ncredential=t0k=n\npassword_expiry_utc=${later}\n`
    world.second.answer = answer

    expect(await world.git(['ls-remote', url])).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await world.kept()).toBe(answer)
    expect(await world.git(['ls-remote', url])).toMatchObject({ exitCode: 0, stderr: '' })
    expect(world.tried()).toEqual([bearer('t0k=n')])
    expect(verbs(world)).toEqual(['get', 'store', 'store'])

    server.expire(bearer('t0k=n'))
    expect((await world.git(['ls-remote', url])).stderr).toContain('Authentication failed')
    expect(await world.kept()).toBe('')
  })

  test("a login in two rounds by another helper's state goes through, and an ephemeral token is not kept", async () => {
    const world = await openGitWorld(git)
    const { server } = world
    const url = server.repository('r.git')
    server.challenges = ['Rounds']
    server.rounds = new Map([['Rounds one', ['Rounds challenge']]])
    server.accept('Rounds two', 'ann')
    const common = 'capability[]=authtype\ncapability[]=state\nauthtype=Rounds\nephemeral=1\n'
    world.second.answer = `${common}credential=one\nstate[]=second:1\ncontinue=1\n`
    world.second.onLine('state[]=second:1', `${common}credential=two\nstate[]=second:2\n`)

    expect(await world.git(['ls-remote', url])).toMatchObject({ exitCode: 0, stderr: '' })
    expect(world.tried()).toEqual(['Rounds one', 'Rounds two'])
    expect(verbs(world)).toEqual(['get', 'get', 'store'])
    expect(world.second.told()[2]?.input).toContain('state[]=second:2')
    expect(await world.kept()).toBe('')
  })
}

function verbs(world: { second: { told(): readonly { verb: string }[] } }): string[] {
  return world.second.told().map(({ verb }) => verb)
}
