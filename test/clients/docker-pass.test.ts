import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { built, installCommands } from '../real/commands.ts'
import { startPass } from '../real/pass.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'

/* docker-credential-pass keeps every user that ever signed in to a server, shows the first, and forgets all at once. */

async function openPass() {
  const pass = await startPass(onTestFinished)
  const commands = installCommands(join(pass.folder, 'commands'))
  const env = { ...pass.env, PATH: `${commands}:${pass.env['PATH']}`, CREDBRIDGE_STORE: 'vault' }
  const ask = (helper: string, verb: string, input = 'unused') =>
    run(`docker-credential-${helper}`, [verb], { env, input })
  return {
    credbridge: (...words: readonly string[]) => run('credbridge', words, { env }),
    ask,
    store: (helper: string, server: string, user: string, secret: string) =>
      ask(helper, 'store', JSON.stringify({ ServerURL: server, Username: user, Secret: secret })),
  }
}

needs('the build (npm run build)', built)('built', () => {
  needsPrograms(
    'docker-credential-pass',
    'pass',
    'gpg',
    'gpgconf',
  )('docker-credential-pass', () => {
    test('what it keeps moves and comes back, but not where it would forget another user, too', async () => {
      const { credbridge, ask, store } = await openPass()
      await store('pass', 'two.example.com', 'alice', 'a')
      await store('pass', 'two.example.com', 'bob', 'b')
      await store('pass', 'https://index.docker.io/v1/', 'hub', 'h')
      await credbridge('setup', 'docker', '--no-prove')
      const moved = await credbridge('import', 'docker', '--helper', 'pass', '--yes')
      expect(moved.stderr).toContain(
        'two.example.com: not moved, the helper stores several users there and would erase all',
      )
      expect(moved).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/\n1 moved\n$/) })
      expect((await ask('credbridge', 'list')).stdout).toBe('{"https://index.docker.io/v1/":"hub"}\n')
      expect(JSON.parse((await ask('pass', 'list')).stdout)).toEqual({ 'two.example.com': 'alice' })
      await credbridge('import', 'docker', '--undo', '--yes')
      expect(JSON.parse((await ask('pass', 'get', 'https://index.docker.io/v1/')).stdout)).toMatchObject({
        Secret: 'h',
      })
    })
  })
})
