import { expect, onTestFinished, test } from 'vitest'
import { hasVerdaccio, startPackageRegistry } from '../real/package-registry.ts'
import { systemPython } from '../real/prompter.ts'
import { needs } from '../real/require.ts'
import { run } from '../real/run.ts'
import { client, needsPythonClients, openPythonWorld, startIndex } from './python-world.ts'
import { laptop, needsSsh } from './ssh-world.ts'

needsSsh('on the far side of ssh', () => {
  needsPythonClients('pip', () => {
    test('downloads from an index that wants a sign-in', async () => {
      const { host, ssh, env } = await laptop()
      const there = await host()
      const index = await startIndex(await openPythonWorld('vault'), 'ann', 's3cret')
      await run('credbridge', ['set', index.origin, 'ann'], { env, input: 's3cret' })
      const keyring =
        'mkdir -p bin && ln -sf "$(command -v credbridge-keyring)" bin/keyring && export PATH=$PWD/bin:$PATH'
      // The environment's own Python may be in a folder of root. pip itself is made of files that any Python runs.
      const path = `export PYTHONPATH=$(echo ${client('pip-new', '../lib')}/python*/site-packages)`
      const words = '-m pip download --no-deps --no-cache-dir --no-input --keyring-provider subprocess --dest got'
      const address = `${index.origin.replace('://', '://ann@')}/simple/`
      const pip = `${keyring} && ${path} && CREDBRIDGE_STORE=remote ${systemPython} ${words} --index-url ${address} tiny && ls got`
      const outcome = await ssh(there, ['--allow', index.origin], pip)
      expect(outcome).toMatchObject({ exitCode: 0 })
      expect(outcome.stdout).toContain('tiny-1.0-py3-none-any.whl')
      expect((await ssh(there, ['--allow', 'https://elsewhere.example.com'], pip)).exitCode).not.toBe(0)
    })
  })

  needs('verdaccio (.ci/npm-clients)', hasVerdaccio)('npm', () => {
    test('is known to a registry by what is shared with it', async () => {
      const { host, ssh, env } = await laptop()
      const there = await host()
      const registry = await startPackageRegistry(onTestFinished)
      const token = await registry.token('ann', 's3cret')
      const laptops = (words: readonly string[], input = '') => run('credbridge', words, { env, input })
      expect(await laptops(['set', registry.origin, 'ann', '--kind', 'bearer'], token)).toMatchObject({ exitCode: 0 })
      const npm = `echo registry=${registry.origin}/ > .npmrc; CREDBRIDGE_STORE=remote credbridge-npm whoami`
      expect((await ssh(there, ['--allow', registry.origin], npm)).exitCode).not.toBe(0)
      expect(await laptops(['share', registry.origin, 'ann', '--with', 'npm'])).toMatchObject({ exitCode: 0 })
      expect(await ssh(there, ['--allow', registry.origin, '--tools', 'npm'], npm)).toMatchObject({ stdout: 'ann\n' })
      expect((await ssh(there, ['--allow', registry.origin, '--tools', 'git'], npm)).exitCode).not.toBe(0)
      expect((await ssh(there, ['--allow', registry.origin], 'cat .npmrc')).stdout).not.toContain(token)
    })
  })
})
