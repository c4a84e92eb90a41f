import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { type Asking, expectToStop } from '../real/stopping.ts'
import { gitea, gitLab } from './forges.ts'
import { type SignInWorld, startSignInWorld } from './sign-in-world.ts'
import { standIn } from './stand-in.ts'

/* Ctrl-C at the questions of sign-ins, as test/commands/interrupted.test.ts has it for all others. */

/** A GitLab at which the settings name a client, and which cannot end a token. */
async function atClient() {
  const token = { access_token: 'at', token_type: 'bearer', expires_in: 7200, refresh_token: 'rt' }
  const server = await standIn({
    '/api/v4/version': { status: 401, body: { message: '401 Unauthorized' } },
    '/api/v4/user': { body: { username: 'ann' } },
    '/oauth/token': { body: token },
    '/oauth/revoke': { status: 500, body: {} },
  })
  const world = await startSignInWorld()
  world.settings(`store = "vault"\n[sign-in."${server.base}"]\nclient-id = "mine"\n`)
  return { world, ...server }
}

async function signIn(world: SignInWorld, base: string): Promise<void> {
  const running = world.run('credbridge', ['login', base], { more: world.withBrowser })
  const { searchParams } = new URL(await world.shown())
  await fetch(`${searchParams.get('redirect_uri')}/?code=c&state=${searchParams.get('state')}`)
  expect(await running).toMatchObject({ exitCode: 0 })
}

type Case = () => Promise<readonly [world: SignInWorld, asked: Asking]>

const cases: Readonly<Record<string, Case>> = {
  'a token of your own': async () => {
    const [world, { base }] = [await startSignInWorld(), await gitea()]
    const question = `Token of ${new URL(base).host}: `
    return [world, { by: 'src/sign-in/own-token.ts', question, words: ['login', '--token', base] }]
  },
  'whether to rotate': async () => {
    const [world, { base }] = [await startSignInWorld(), await gitLab()]
    await world.set(base, 'ann', 'glpat-former')
    const question = `Rotate the token of ann at ${base}? [y/N] `
    return [world, { by: 'src/commands/rotate-at.ts', question, words: ['rotate', base] }]
  },
  'the password for a rotation': async () => {
    const [world, { base }] = [await startSignInWorld(), await gitea()]
    await world.set(base, 'ann', 'former-01234567')
    const question = `Password of ann at ${new URL(base).host}: `
    return [world, { by: 'src/sign-in/rotate-by-password.ts', question, words: ['rotate', base] }]
  },
  'the one-time code for a rotation': async () => {
    const [world, { base }] = [await startSignInWorld(), await gitea()]
    await world.set(base, 'ann', 'former-01234567')
    const of = `of ann at ${new URL(base).host}`
    const asked = { question: `One-time code ${of}, empty if there is none: `, words: ['rotate', base] }
    return [world, { by: 'src/sign-in/rotate-by-password.ts', before: [[`Password ${of}: `, 'wrong\r']], ...asked }]
  },
  'the address to paste': async () => {
    const [world, { base }] = [await startSignInWorld(), await gitea()]
    world.settings(`store = "vault"\n[sign-in."${base}"]\nclient-id = "mine"\n`)
    const question = 'Paste the address that it shows then: '
    return [world, { by: 'src/sign-in/code-grant.ts', question, words: ['login', base] }]
  },
  'whether to forget what cannot be ended': async () => {
    const { world, base } = await atClient()
    await signIn(world, base)
    const question = 'Forget it here all the same? [y/N] '
    return [world, { by: 'src/commands/logout-at.ts', question, words: ['logout', base] }]
  },
}

needs('the build (npm run build)', built)('built', () => {
  needsPrograms('python3')('Ctrl-C at the question for', () => {
    test.each(Object.entries(cases))('%s', async (_, prepare) => {
      const [world, asked] = await prepare()
      await expectToStop(world, asked)
    })
  })
})
