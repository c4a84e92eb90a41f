import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { type Asking, expectToStop, withoutProc } from '../real/stopping.ts'
import { gitea, gitLab } from './forges.ts'
import { type SignInWorld, startSignInWorld } from './sign-in-world.ts'
import { standIn } from './stand-in.ts'

/* Ctrl-C at the questions of sign-ins, as test/commands/interrupted.slow.test.ts has it for all others. */

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
  await comeBack(world)
  expect(await running).toMatchObject({ exitCode: 0 })
}

/** The browser comes back as soon as a page is shown. */
async function comeBack(world: SignInWorld): Promise<void> {
  const { searchParams } = new URL(await world.shown())
  await fetch(`${searchParams.get('redirect_uri')}/?code=c&state=${searchParams.get('state')}`)
}

/** A machine on which GitHub's own program is signed in. */
async function withGh(): Promise<SignInWorld> {
  const world = await startSignInWorld()
  const gh = join(world.session.folder, 'commands', 'gh')
  writeFileSync(gh, '#!/bin/sh\necho printed\n', { mode: 0o755 })
  return world
}

type Case = () => Promise<
  readonly [world: SignInWorld, asked: Asking, meanwhile?: (world: SignInWorld) => Promise<void>]
>

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
  'the secret of a client': async () => {
    const [world, { base }] = [await startSignInWorld(), await gitea()]
    world.settings(`store = "vault"\n[sign-in."${base}"]\nclient-id = "mine"\nclient-has-secret = true\n`)
    const question = `Secret of the client mine at ${new URL(base).host}: `
    return [world, { by: 'src/commands/login-client.ts', question, words: ['login', base] }]
  },
  'another server that signs in': async () => {
    const [world, { base: other }] = [await startSignInWorld(), await standIn({})]
    const { base } = await standIn({
      '/.well-known/openid-configuration': (at) => ({
        body: { issuer: at, authorization_endpoint: `${at}/authorize`, token_endpoint: `${other}/token` },
      }),
    })
    world.settings(`store = "vault"\n[sign-in."${base}"]\nclient-id = "mine"\n`)
    const question = `${base} signs in at ${other}, which is another server. Go on? [y/N] `
    return [world, { by: 'src/sign-in/sign-in.ts', question, words: ['login', base] }]
  },
  'the other hosts of a provider, and the sign-in is kept': async () => {
    const words = ['login', 'github.com', '--from', 'gh']
    const question = 'Shall they use this sign-in, too? [y/N] '
    return [await withGh(), { by: 'src/commands/login-place.ts', question, words, changes: /^(data|state)(\/|$)/ }]
  },
}

const unseen: Readonly<Record<string, Case>> = {
  'whether the account is yours': async () => {
    const { world, base } = await atClient()
    const question = 'Is it yours? [y/N] '
    const words = withoutProc('credbridge', 'login', base)
    const asked = { by: 'src/commands/login-kept.ts', command: 'unshare', question, words, more: world.withBrowser }
    return [world, asked, comeBack]
  },
}

needs('the build (npm run build)', built)('built', () => {
  needsPrograms('python3')('Ctrl-C at the question for', () => {
    test.each(Object.entries(cases))('%s', async (_, prepare) => {
      const [world, asked] = await prepare()
      await expectToStop(world, asked)
    })

    needs('root', process.getuid?.() === 0)('where the system does not tell who connects', () => {
      needsPrograms('unshare')('', () => {
        test.each(Object.entries(unseen))('%s', async (_, prepare) => {
          const [world, asked, meanwhile = async () => {}] = await prepare()
          await Promise.all([expectToStop(world, asked), meanwhile(world)])
        })
      })
    })
  })
})
