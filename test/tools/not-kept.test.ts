import { expect, test } from 'vitest'
import { serviceName } from '../../src/core/endpoint.ts'
import { Secret } from '../../src/core/secret.ts'
import { cargo } from '../../src/tools/cargo/dialect.ts'
import { git } from '../../src/tools/git/dialect.ts'
import { pnpmDialect } from '../../src/tools/pnpm/dialect.ts'
import { keyring } from '../../src/tools/python/dialect.ts'
import { start } from '../commands/vault-world.ts'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { onTerminal } from '../real/typing.ts'
import { conversation } from './conversation.ts'
import { madeUp } from './made-up-world.ts'

/* A lookup that fails names the command that would keep a credential for its endpoint, to a person on a terminal. */

const python = () => keyring(madeUp().world)
const index = 'https://pypi.example.com/team/simple'

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
  const request = `${JSON.stringify({ v: 1, registry: { 'index-url': 'sparse+https://crates.example.com/index/' }, kind: 'get', operation: 'read' })}\n`
  const asked = (isReading: boolean) => say(cargo(madeUp().world), '--cargo-plugin', request, { isReading })
  expect((await asked(true)).stderr).toBe(
    'credbridge: nothing is kept for https://crates.example.com/index\nhint: credbridge set --kind bearer https://crates.example.com/index\n',
  )
  expect((await asked(false)).stderr).toBe('')
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
