import { expect, test } from 'vitest'
import { parseAddress, serviceName } from '../../src/core/endpoint.ts'
import { Secret } from '../../src/core/secret.ts'
import { bazel } from '../../src/tools/bazel/dialect.ts'
import { cargo } from '../../src/tools/cargo/dialect.ts'
import { dockerDialect } from '../../src/tools/docker/dialect.ts'
import { git } from '../../src/tools/git/dialect.ts'
import { go } from '../../src/tools/go/dialect.ts'
import { pnpmDialect } from '../../src/tools/pnpm/dialect.ts'
import { keyring } from '../../src/tools/python/dialect.ts'
import { terraform } from '../../src/tools/terraform/dialect.ts'
import { yarnDialect } from '../../src/tools/yarn/dialect.ts'
import { start } from '../commands/vault-world.ts'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { onTerminal } from '../real/typing.ts'
import { conversation, toldPast } from './conversation.ts'
import { madeUp } from './made-up-world.ts'

/* A lookup that fails names the command that would keep a credential for its endpoint, to a person on a terminal. */

const python = () => keyring(madeUp().world)
const docker = dockerDialect('1')
const index = 'https://pkgs.example.com/team/simple'

test.each([
  [['get', index, 'ann'], `credbridge set ${index} ann`],
  [['--mode', 'creds', 'get', index], `credbridge set ${index}`],
])('keyring %j: %s', async (words, command) => {
  const { say } = conversation()
  const told = { stdout: '', stderr: `credbridge: nothing is kept for ${index}\nhint: ${command}\n` }
  expect(await say(python(), words, '', { isReading: true })).toMatchObject({ ...told, exitCode: 1 })
  expect(await say(python(), words)).toEqual({ stdout: '', stderr: '', exitCode: 1 })
})

test('keyring says nothing of a service name, which a program may ask for in vain, nor of what is there', async () => {
  const { say, broker } = conversation()
  expect(await say(python(), ['get', 'my service', 'ann'], '', { isReading: true })).toMatchObject({ stderr: '' })
  const endpoint = serviceName(index)
  await broker.save({ endpoint, account: 'ann', owner: 'python', kind: 'text', secret: new Secret('s') })
  expect(await say(python(), ['get', index, 'ann'], '', { isReading: true })).toMatchObject({
    stdout: 's\n',
    stderr: '',
  })
})

test('cargo', async () => {
  const { say } = conversation()
  const request = `${JSON.stringify({ v: 1, registry: { 'index-url': 'sparse+https://cargo.example.com/index/' }, kind: 'get', operation: 'read' })}\n`
  const asked = (isReading: boolean) => say(cargo(madeUp().world), '--cargo-plugin', request, { isReading })
  expect((await asked(true)).stderr).toBe(
    'credbridge: nothing is kept for https://cargo.example.com/index\nhint: credbridge set --kind bearer https://cargo.example.com/index\n',
  )
  expect((await asked(false)).stderr).toBe('')
})

test.each([
  ['docker', docker, 'get', 'registry.example.com\n', 'credbridge set https://registry.example.com'],
  [
    'bazel',
    bazel,
    'get',
    '{"uri":"https://cache.example.com/a"}',
    'credbridge set --kind bearer https://cache.example.com/a',
  ],
])('%s', async (_, dialect, words, request, command) => {
  const { say } = conversation()
  expect((await say(dialect, words, request, { isReading: true })).stderr).toMatch(new RegExp(`\\nhint: ${command}\n$`))
  expect((await say(dialect, words, request)).stderr).toBe('')
})

test.each([
  ['Hub', 'https://index.docker.io/v1/'],
  ['a repository, before its host', 'registry.example.com/team/app'],
])('docker says nothing of %s', async (_, server) => {
  const { say } = conversation()
  expect((await say(docker, 'get', `${server}\n`, { isReading: true })).stderr).toBe('')
})

test.each([
  ['go', go, 'https://go.example.com/app', '', 'credbridge set https://go.example.com/app'],
  ['terraform', terraform, ['get', 'tf.example.com'], '', 'credbridge set --kind bearer https://tf.example.com'],
])('%s hides it, so it is said past it', async (_, dialect, words, request, command) => {
  const { say } = conversation()
  const before = toldPast.length
  expect((await say(dialect, words, request)).stderr).toBe('')
  expect(toldPast.slice(before)).toEqual([expect.stringContaining(`hint: ${command}\n`)])
})

test('yarn: what the plugin says to a person whom the registry refuses', async () => {
  const { say, broker } = conversation()
  const yarn = yarnDialect(async () => {})
  const at = 'https://npm.example.com'
  const env = { CREDBRIDGE_READER: 'person' }
  expect(await say(yarn, `${at}/`)).toEqual({ stdout: '', stderr: '', exitCode: 0 })
  expect(await say(yarn, `${at}/`, '', { env })).toEqual({
    stdout: '',
    stderr: `credbridge: nothing is kept for ${at}\nhint: credbridge set --kind bearer ${at}\n`,
    exitCode: 0,
  })
  const endpoint = parseAddress(at)
  await broker.save({ endpoint, account: '', owner: 'npm', kind: 'bearer', secret: new Secret('s') })
  expect((await say(yarn, `${at}/`, '', { env })).stderr).toContain(`hint: credbridge share ${at} --with yarn\n`)
})

test('pnpm names the registry', async () => {
  const { say } = conversation()
  expect(
    (
      await say(
        pnpmDialect(async () => {}),
        'https://npm.example.com/',
      )
    ).stderr,
  ).toBe(
    `credbridge: there is no credential for https://npm.example.com that pnpm may use
hint: credbridge set https://npm.example.com --kind bearer
hint: credbridge share https://npm.example.com --with pnpm
`,
  )
})

test("git's miss is normal", async () => {
  const { say } = conversation()
  const request = 'protocol=https\nhost=git.example.com\n\n'
  expect(await say(git, 'get', request, { isReading: true })).toEqual({ stdout: '', stderr: '', exitCode: 0 })
})

needs('the build (npm run build)', built)('built', () => {
  needsPrograms('python3')('the commands', () => {
    test('on a terminal, and in a pipe', async () => {
      const world = await start()
      const words = ['get', index, 'ann']
      const screen = async (...command: string[]) => {
        const { stdout } = await world.run('python3', onTerminal([], ...command))
        return stdout.replaceAll('\r\n', '\n')
      }
      expect(await screen('credbridge-keyring', ...words)).toBe(
        `credbridge: nothing is kept for ${index}\nhint: credbridge set ${index} ann\n`,
      )
      expect(await world.run('credbridge-keyring', words)).toMatchObject({ stdout: '', stderr: '' })
      const git = `printf 'protocol=https\\nhost=git.example.com\\n\\n' | git-credential-credbridge get`
      expect(await screen('sh', '-c', git)).toBe('')
    })
  })
})
