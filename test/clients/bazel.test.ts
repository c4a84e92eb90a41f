import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs } from '../real/require.ts'
import { startWorld } from '../real/world.ts'
import { requestFor, responseOf } from '../tools/bazel/specification.ts'

/*
 * Bazel itself is in no distribution that the tests run on. A client of its specification takes the helper from the
 * .bazelrc that setup wrote, and starts it as Bazel does.
 */

async function openBazelWorld() {
  const world = await startWorld('no-bus', onTestFinished)
  const programs = join(world.session.folder, 'programs')
  mkdirSync(programs)
  writeFileSync(join(programs, 'bazel'), '#!/bin/sh\nexit 1\n')
  chmodSync(join(programs, 'bazel'), 0o755)
  const more = { CREDBRIDGE_STORE: 'vault', PATH: `${programs}:${world.env['PATH']}` }
  const file = join(world.env['HOME'] ?? '', '.bazelrc')
  const read = () => (existsSync(file) ? readFileSync(file, 'utf8') : undefined)
  return {
    read,
    credbridge: (words: string, input = '') => world.run('credbridge', words.split(' '), { input, more }),
    async get(uri: string) {
      const helper = /^common --credential_helper=(\/.*)$/m.exec(read() ?? '')?.[1] ?? ''
      const outcome = await world.run(helper, ['get'], { input: requestFor(uri), more })
      return outcome.exitCode === 0 ? responseOf(outcome.stdout).headers : outcome.stderr
    },
  }
}

const proved = 'the program that Bazel starts found a throw-away credential while it was kept, and none afterwards\n'

needs('the build (npm run build)', built)('Bazel', () => {
  test('is set up, answered by the kind of account, and set back', async () => {
    const it = await openBazelWorld()
    expect(await it.credbridge('setup bazel -n')).toMatchObject({
      stderr: expect.stringMatching(/^would do: ~\/\.bazelrc says common --credential_helper=\/.*credbridge-bazel\n$/),
      exitCode: 0,
    })
    expect(it.read()).toBeUndefined()
    expect((await it.credbridge('setup bazel')).stderr).toContain(proved)
    expect((await it.credbridge('setup bazel')).stderr).toBe(`bazel: nothing to change\n${proved}`)
    expect(await it.credbridge('list')).toMatchObject({ stdout: '', exitCode: 1 })
    expect((await it.credbridge('doctor')).stdout).toContain('ok      bazel: Bazel asks credbridge\n')

    expect(await it.get('https://cache.example.com/a.tar.gz')).toEqual({})
    await it.credbridge('set https://cache.example.com alice', 'pw')
    await it.credbridge('set --kind bearer https://remote.example.com', 't0ken')
    expect(await it.get('https://cache.example.com/a.tar.gz')).toEqual({ Authorization: ['Basic YWxpY2U6cHc='] })
    expect(await it.get('grpcs://remote.example.com/build.Execution')).toEqual({ Authorization: ['Bearer t0ken'] })
    expect(await it.get('ftp://remote.example.com/')).toBe('credbridge: the uri is not of the web or of gRPC\n')

    expect((await it.credbridge('setup bazel --undo')).stderr).toMatch(/\.bazelrc no longer names credbridge\n$/)
    expect(it.read()).toBeUndefined()
    expect((await it.credbridge('setup bazel --undo')).stderr).toBe('bazel: nothing to change\n')
  })
})
