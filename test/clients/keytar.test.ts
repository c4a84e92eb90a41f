import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { hasKeyring, needs } from '../real/require.ts'
import { run } from '../real/run.ts'
import { type KeyringState, type Session, startSession } from '../real/session.ts'

/* A program that was written for keytar, on the real keytar and on ours, in one keyring. */

const root = join(import.meta.dirname, '..', '..')
const real = join(root, '.cache', 'npm-clients', 'keytar', 'node_modules', '@github', 'keytar')

/** Everything that keytar's own page shows, and each kind of mistake; what came of it, a line each. */
const program = `
const service = 'keytar tests'
const said = []
const say = (what, value) => said.push(what + ': ' + JSON.stringify(value === undefined ? 'undefined' : value))
const attempt = async (what, work) => {
  try { say(what, await work()) } catch (error) { say(what, [error instanceof TypeError, error.message]) }
}
const byAccount = (all) => all.sort((a, b) => (a.account < b.account ? -1 : 1))
async function main() {
  say('nothing', [await keytar.getPassword(service, 'buster'), await keytar.findPassword(service)])
  say('nothing', [await keytar.deletePassword(service, 'buster'), await keytar.findCredentials(service)])
  say('set', await keytar.setPassword(service, 'buster', 'sécret 😀'))
  say('set again', await keytar.setPassword(service, 'buster', 'another password'))
  say('set', await keytar.setPassword(service, 'buster2', 'secret2'))
  say('get', [await keytar.getPassword(service, 'buster'), await keytar.getPassword(service, 'nobody')])
  say('find', ['another password', 'secret2'].includes(await keytar.findPassword(service)))
  say('find all', byAccount(await keytar.findCredentials(service)))
  say('another service', await keytar.findCredentials('keytar'))
  say('delete', [await keytar.deletePassword(service, 'buster'), await keytar.deletePassword(service, 'buster')])
  say('left', [await keytar.findPassword(service), await keytar.findCredentials(service)])
  await keytar.deletePassword(service, 'buster2')
  await attempt('no service', () => keytar.getPassword())
  await attempt('no account', () => keytar.setPassword('s'))
  await attempt('no password', () => keytar.setPassword('s', 'a', ''))
  await attempt('a number', () => keytar.getPassword(5, 'a'))
  await attempt('an object', () => keytar.deletePassword('s', { a: 1 }))
  await attempt('a list', () => keytar.findPassword(['s']))
  process.stdout.write(said.join('\\n'))
}
main().catch((error) => { console.error(error); process.exitCode = 1 })
`

const importing = {
  CommonJS: (name: string) => [`a.cjs`, `const keytar = require('${name}')\n`],
  'a default import': (name: string) => ['a.mjs', `import keytar from '${name}'\n`],
  'a namespace': (name: string) => ['a.mjs', `import * as keytar from '${name}'\n`],
} as const

/** What the program writes, in a project that has keytar and credbridge among its modules. */
async function outputOf(session: Session, [file, head]: readonly [string, string] | readonly string[], body = program) {
  const folder = mkdtempSync(join(session.folder, 'project-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules', 'credbridge'))
  symlinkSync(real, join(folder, 'node_modules', 'keytar'))
  writeFileSync(join(folder, file ?? ''), `${head}${body}`)
  const outcome = await run(process.execPath, [file ?? ''], { cwd: folder, env: session.env })
  expect(outcome).toMatchObject({ stderr: '', exitCode: 0 })
  return outcome.stdout
}

const start = (state: KeyringState) => startSession(state, onTestFinished)
const theirs = importing.CommonJS('keytar')
const ours = importing.CommonJS('credbridge/keytar')
const show = (call: string) => `keytar.${call}.then((value) => process.stdout.write(JSON.stringify(value ?? null)))`

const present = built && hasKeyring && existsSync(real)
needs('the build (npm run build), a keyring and keytar (.ci/npm-clients)', present)('credbridge/keytar', () => {
  test.each(Object.keys(importing) as (keyof typeof importing)[])(
    'answers a program as keytar does, by %s',
    async (how) => {
      const session = await start('unlocked')
      const expected = await outputOf(session, theirs)
      expect(expected.split('\n')).toHaveLength(17)
      expect(await outputOf(session, importing[how]('credbridge/keytar'))).toBe(expected)
    },
  )

  test('reads what keytar left, also its accounts and services of any text', async () => {
    const session = await start('unlocked')
    const names = ['ann', ' ', 'Ann', 'a/b', 'ann@example.com', 'é😀', '{"a":1}']
    const all = names.map((account) => ({ account, password: `of ${account}\n` }))
    for (const { account, password } of all) {
      await outputOf(
        session,
        theirs,
        show(`setPassword('https://é.example.com/', ${JSON.stringify(account)}, ${JSON.stringify(password)})`),
      )
    }
    const found = JSON.parse(await outputOf(session, ours, show(`findCredentials('https://é.example.com/')`)))
    expect(found).toEqual([...all].sort((a, b) => (a.account < b.account ? -1 : 1)))
    for (const { account, password } of all) {
      const asked = show(`getPassword('https://é.example.com/', ${JSON.stringify(account)})`)
      expect(JSON.parse(await outputOf(session, ours, asked))).toBe(password)
    }
    expect(await outputOf(session, ours, show(`findCredentials('https://é.example.com')`))).toBe('[]')
  })

  test('takes over what keytar left with the first save, and deletes it', async () => {
    const session = await start('unlocked')
    for (const account of ['ann', 'bob'])
      await outputOf(session, theirs, show(`setPassword('app', '${account}', 'left')`))
    await outputOf(session, ours, show(`setPassword('app', 'ann', 'ours')`))
    expect(await outputOf(session, ours, show(`getPassword('app', 'ann')`))).toBe('"ours"')
    expect(await outputOf(session, theirs, show(`findCredentials('app')`))).toBe(
      '[{"account":"bob","password":"left"}]',
    )
    for (const account of ['ann', 'bob']) {
      expect(await outputOf(session, ours, show(`deletePassword('app', '${account}')`))).toBe('true')
    }
    for (const keytar of [theirs, ours])
      expect(await outputOf(session, keytar, show(`findCredentials('app')`))).toBe('[]')
  })

  test('leaves alone what other programs keep with the same attributes and another schema', async () => {
    const session = await start('unlocked')
    const words = ['store', '--label=other', 'service', 'app', 'account', 'ann', 'xdg:schema', 'com.example.Other']
    await run('secret-tool', words, { env: session.env, input: 'of another program' })
    expect(await outputOf(session, ours, show(`getPassword('app', 'ann')`))).toBe('null')
    await outputOf(session, ours, show(`setPassword('app', 'ann', 'ours')`))
    await outputOf(session, ours, show(`deletePassword('app', 'ann')`))
    const lookup = ['lookup', 'service', 'app', 'xdg:schema', 'com.example.Other']
    expect((await run('secret-tool', lookup, { env: session.env })).stdout).toBe('of another program')
  })

  describe('what is broken is an error, where keytar has one', () => {
    const code = show(`getPassword('app', 'ann').catch((error) => error.code ?? 'error')`)

    test('a locked keyring, which is null to keytar', async () => {
      const session = await start('unlocked')
      await outputOf(session, theirs, show(`setPassword('app', 'ann', 'left')`))
      await session.lock()
      expect(await outputOf(session, theirs, code)).toBe('null')
      expect(await outputOf(session, ours, code)).toBe('"locked"')
    })

    test('no keyring', async () => {
      const session = await start('no-service')
      expect(await outputOf(session, theirs, code)).toBe('"error"')
      expect(await outputOf(session, ours, code)).toBe('"unavailable"')
    })
  })
})
