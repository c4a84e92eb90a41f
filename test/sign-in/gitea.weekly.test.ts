import { expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { browse } from '../real/form-browser.ts'
import { type Gitea, startGitea, withSecondFactor } from '../real/gitea.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { startSignInWorld } from './sign-in-world.ts'

/*
 * At a real Gitea, which .ci/weekly builds: the client that is built into every one signs in, and a token that a user made
 * is checked and rotated.
 */

function asOwner({ user, password }: Gitea): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}

/** A token that the user makes. */
async function tokenOf(gitea: Gitea, scopes: readonly string[], name = 'credbridge'): Promise<string> {
  const made = await fetch(`${gitea.base}/api/v1/users/${gitea.user}/tokens`, {
    method: 'POST',
    headers: { ...asOwner(gitea), 'content-type': 'application/json' },
    body: JSON.stringify({ name, scopes }),
  })
  return ((await made.json()) as { sha1: string }).sha1
}

async function tokensOf(gitea: Gitea): Promise<readonly Listed[]> {
  const answer = await fetch(`${gitea.base}/api/v1/users/${gitea.user}/tokens`, { headers: asOwner(gitea) })
  return (await answer.json()) as Listed[]
}

interface Listed {
  readonly name: string
  readonly scopes: readonly string[]
  readonly token_last_eight: string
}

needs('the build (npm run build)', built)('built', () => {
  needsPrograms('gitea')('at a real Gitea', () => {
    test('a browser signs in without any settings, and the token is one of the user', async () => {
      const { base, user, password } = await startGitea(onTestFinished)
      const world = await startSignInWorld()
      const running = world.run('credbridge', ['login', base], { more: world.withBrowser })
      const page = await browse(await world.shown(), { account: user, password })
      expect(page).toMatchObject({ status: 200, text: expect.stringContaining('credbridge has received the answer') })
      const { exitCode, stderr } = await running
      expect(stderr).toMatch(
        new RegExp(`signed in at ${base} as ${user}, until (tomorrow at )?\\d\\d:\\d\\d; credbridge renews it\n`),
      )
      expect(exitCode).toBe(0)
      const token = (await world.credbridge('get', base)).stdout.trim()
      const answer = await fetch(`${base}/api/v1/user`, { headers: { authorization: `Bearer ${token}` } })
      expect(await answer.json()).toMatchObject({ login: user })
      expect((await world.credbridge('logout', base)).stderr).toContain(
        `end it there: ${base}/user/settings/applications`,
      )
    })

    test('a token that the user made is checked', async () => {
      const { base, user, password } = await startGitea(onTestFinished)
      const world = await startSignInWorld()
      const sha1 = await tokenOf({ base, user, password }, ['read:user', 'write:repository', 'write:package'])
      expect(await world.run('credbridge', ['login', base, '--token'], { input: sha1 })).toMatchObject({
        exitCode: 0,
        stderr: expect.stringContaining(`signed in at ${base} as ${user}; nothing renews it`),
      })
      expect(await world.run('credbridge', ['login', base, '--token'], { input: 'wrong' })).toMatchObject({
        exitCode: 2,
      })
    })

    test.each([
      ['that login keeps', ['read:user', 'write:repository'], 'login'],
      ['that may not say whose it is', ['write:repository', 'write:package'], 'set'],
    ] as const)('a token %s is rotated with its scopes, and the former one has ended', async (_, scopes, by) => {
      const gitea = await startGitea(onTestFinished)
      const { base, user, password } = gitea
      const world = await startSignInWorld()
      await tokenOf(gitea, ['all'], 'another')
      const former = await tokenOf(gitea, scopes)
      if (by === 'set') await world.set(base, user, former)
      else await world.run('credbridge', ['login', base, '--token'], { input: former })
      const saved = `protocol=http\nhost=${new URL(base).host}\nusername=${user}\npassword=${former}\n\n`
      await world.run('git-credential-credbridge', ['store'], { input: saved })
      expect(await world.run('credbridge', ['rotate', base], { input: 'wrong' })).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('does not accept this password\n'),
      })
      const outcome = await world.run('credbridge', ['rotate', base], { input: password })
      expect(outcome).toMatchObject({
        exitCode: 0,
        stderr: expect.stringContaining(`${user} at ${base} has a new token\nthe former one has ended\n`),
      })
      const token = (await world.credbridge('get', base)).stdout.trim()
      expect(token).not.toBe(former)
      expect(outcome.stdout + outcome.stderr).not.toContain(token)
      const listed = await tokensOf(gitea)
      expect(listed.map(({ name }) => name.replace(/\d.*/, 'then')).sort()).toEqual(['another', 'credbridge then'])
      const made = listed.find(({ token_last_eight: end }) => token.endsWith(end))
      expect(made).toMatchObject({ scopes: expect.arrayContaining([...scopes]) })
      const status = async (secret: string) => {
        const answer = await fetch(`${base}/api/v1/user`, { headers: { authorization: `Bearer ${secret}` } })
        return answer.status
      }
      expect([await status(former), await status(token)]).toEqual([401, by === 'set' ? 403 : 200])
      const asGit = { input: `protocol=http\nhost=${new URL(base).host}\nusername=${user}\n\n` }
      expect((await world.run('git-credential-credbridge', ['get'], asGit)).stdout).toContain(`password=${token}\n`)
      expect(await world.run('credbridge', ['rotate', base], { input: password })).toMatchObject({ exitCode: 0 })
      expect(await tokensOf(gitea)).toHaveLength(2)
    })

    test('a password is no token that can be rotated', async () => {
      const gitea = await startGitea(onTestFinished)
      const world = await startSignInWorld()
      await world.set(gitea.base, gitea.user, gitea.password)
      expect(await world.run('credbridge', ['rotate', gitea.base], { input: gitea.password })).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('does not accept the token that is kept'),
      })
      expect(await tokensOf(gitea)).toEqual([])
    })

    needsPrograms('python3')('on a terminal', () => {
      test('a user with a second factor is asked for the code', async () => {
        const gitea = await startGitea(onTestFinished)
        const { base, user, password } = gitea
        const world = await startSignInWorld()
        const former = await tokenOf(gitea, ['read:user'])
        await world.set(base, user, former)
        const code = await withSecondFactor(gitea)
        expect(await world.run('credbridge', ['rotate', base], { input: password })).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('hint: where it wants a one-time code, too, run it on a terminal\n'),
        })
        const host = new URL(base).host
        const answers = [
          [`Password of ${user} at ${host}: `, `${password}\r`],
          [`One-time code of ${user} at ${host}, empty if there is none: `, `${code()}\r`],
        ] as const
        const outcome = await world.onTerminal(answers, ['rotate', base])
        expect(outcome).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('the former one has ended\r\n') })
        expect(outcome.stdout).not.toContain(password)
        expect((await world.credbridge('get', base)).stdout.trim()).not.toBe(former)
        expect(await world.onTerminal([answers[0], [answers[1][0], '000000\r']], ['rotate', base])).toMatchObject({
          exitCode: 2,
          stdout: expect.stringContaining('does not accept this password or code'),
        })
      })
    })
  })
})
