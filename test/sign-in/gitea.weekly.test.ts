import { expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { browse } from '../real/form-browser.ts'
import { startGitea } from '../real/gitea.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { startSignInWorld } from './sign-in-world.ts'

/* The client that is built into every Gitea signs in at a real one, which .ci/weekly builds. */

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
      const made = await fetch(`${base}/api/v1/users/${user}/tokens`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ name: 'credbridge', scopes: ['read:user', 'write:repository', 'write:package'] }),
      })
      const { sha1 } = (await made.json()) as { sha1: string }
      expect(await world.run('credbridge', ['login', base, '--token'], { input: sha1 })).toMatchObject({
        exitCode: 0,
        stderr: expect.stringContaining(`signed in at ${base} as ${user}; nothing renews it`),
      })
      expect(await world.run('credbridge', ['login', base, '--token'], { input: 'wrong' })).toMatchObject({
        exitCode: 2,
      })
    })
  })
})
