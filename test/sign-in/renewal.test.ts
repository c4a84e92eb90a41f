import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { built, isStandalone } from '../real/commands.ts'
import { thorough, thoroughly, usual } from '../real/depth.ts'
import { hasKeyring, needs } from '../real/require.ts'
import { at, startTokenWorld, type TokenWorld } from '../real/token-world.ts'

/* Tokens of a real provider, renewed by real processes. */

const asGit = { input: 'protocol=https\nhost=git.example.com\n\n' }

interface Client {
  readonly call: string
  readonly input: string
  /** The secret in what it prints. */
  readonly secret: RegExp
}

/** Four protocols' clients. */
const clients: readonly Client[] = [
  { call: 'git-credential-credbridge get', input: asGit.input, secret: /^password=(.*)$/m },
  { call: 'docker-credential-credbridge get', input: at, secret: /"Secret":"([^"]*)"/ },
  { call: `credbridge-pnpm ${at}/`, input: '', secret: /^Bearer (.*)$/m },
  { call: `credbridge-keyring get ${at} alice`, input: '', secret: /^(.*)\n$/ },
]

/**
 * What the clients get, each started so many times at once. Their requests are in files: a process that starts hundreds gets
 * its own turn too late to feed them.
 */
async function askedAtOnce(world: TokenWorld, times: number): Promise<readonly (string | undefined)[]> {
  const folder = join(world.session.folder, 'asked')
  mkdirSync(folder)
  const calls = clients.map(({ call, input }, at) => {
    writeFileSync(join(folder, `${at}.in`), input)
    return `${call} <${folder}/${at}.in >${folder}/${at}.$n &`
  })
  const { stderr } = await world.run('sh', ['-c', `for n in $(seq ${times}); do\n${calls.join('\n')}\ndone\nwait`])
  expect(stderr).toBe('')
  return clients.flatMap(({ secret }, at) =>
    Array.from({ length: times }, (_, n) => secret.exec(readFileSync(join(folder, `${at}.${n + 1}`), 'utf8'))?.[1]),
  )
}

needs('the build (npm run build)', built)('built', () => {
  usual('a token that ends soon is renewed before it is handed out, and then kept', async () => {
    const world = await startTokenWorld('vault', onTestFinished)
    const issued = await world.signIn('alice', { endsIn: 59, grant: { user: 'oauth2' } })
    const git = await world.run('git-credential-credbridge', ['get'], asGit)
    const kept = await world.kept('alice')
    expect(git).toMatchObject({
      stdout: `username=oauth2\npassword=${kept?.accessToken}\npassword_expiry_utc=${kept?.expires}\n`,
      stderr: '',
    })
    expect(kept?.accessToken).not.toBe(issued.accessToken)
    expect(kept?.refreshToken).not.toBe(issued.refreshToken)
    expect(await world.provider.isValid(kept?.accessToken ?? '')).toBe(true)
    const again = await world.run('git-credential-credbridge', ['get'], asGit)
    expect(again.stdout).toBe(git.stdout)
    expect(await world.provider.refreshes()).toBe(1)
  })

  thorough('a program that loads the library gets a token that is renewed', async () => {
    const world = await startTokenWorld('vault', onTestFinished)
    await world.signIn('alice', { endsIn: -1 })
    const library = join(import.meta.dirname, '..', '..', 'dist', 'library', 'index.cjs')
    const program = join(world.session.folder, 'program.cjs')
    writeFileSync(
      program,
      `require(${JSON.stringify(library)}).getPassword(${JSON.stringify(at)}, 'alice').then((it) => console.log(it))`,
    )
    const { stdout, stderr } = await world.run(process.execPath, [program])
    expect({ stdout, stderr }).toEqual({ stdout: `${(await world.kept('alice'))?.accessToken}\n`, stderr: '' })
    expect(await world.provider.refreshes()).toBe(1)
  })

  usual('what a client starts has nothing of a renewal until it meets a token that is due', () => {
    const dist = join(import.meta.dirname, '..', '..', 'dist')
    const commands = ['git-credential-credbridge', 'docker-credential-credbridge', 'credbridge-keyring', 'credbridge']
    for (const command of commands) {
      const text = readFileSync(join(dist, 'code', `${command}.cjs`), 'utf8')
      for (const words of ['the renewing process', 'token_endpoint']) expect(text.includes(words)).toBe(false)
    }
  })

  thoroughly(needs('a keyring', hasKeyring))('with a keyring', () => {
    // Each call on Node takes four hundredths of a second of a processor, and none waits longer than five seconds.
    const each = isStandalone ? 50 : 20

    thorough(`${4 * each} calls at once for a token that has just ended: one refresh, right answers only`, async () => {
      const world = await startTokenWorld('secret-service', onTestFinished)
      await world.signIn('alice', { endsIn: -1 })
      expect(await world.credbridge('share', '--with', 'pnpm', at)).toMatchObject({ exitCode: 0 })
      const answers = await askedAtOnce(world, each)
      const kept = await world.kept('alice')
      expect([...new Set(answers)]).toEqual([kept?.accessToken])
      expect(answers).toHaveLength(4 * each)
      expect(await world.provider.refreshes()).toBe(1)
      expect(await world.provider.isValid(kept?.accessToken ?? '')).toBe(true)
    })
  })
})
