import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { parse as parseJson } from 'jsonc-parser'
import { expect, onTestFinished, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { built, isStandalone } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { startServe } from '../real/serving.ts'
import { startWorld } from '../real/world.ts'

/* Containers by a stand-in for docker and podman that starts bubblewrap (test/real/container-engine.py). */

const root = join(import.meta.dirname, '..', '..')
const page = readFileSync(join(root, 'docs', 'containers.md'), 'utf8')
const at = 'https://git.example.com'
const request = 'protocol=https\nhost=git.example.com\n\n'
const asking = `printf '${request.replaceAll('\n', '\\n')}' | git-credential-credbridge get`
const answer = 'username=ann\npassword=s3cret\n'

/** A host with the engines, a credential, and an image that has our commands. */
async function host(info = 'Debian GNU/Linux 12 (bookworm) ["name=seccomp,profile=builtin","name=rootless"]') {
  const world = await startWorld('no-bus', onTestFinished)
  const [commands = '', ...folders] = (world.env['PATH'] ?? '').split(':')
  const engines = join(world.session.folder, 'engines')
  mkdirSync(engines)
  for (const name of ['docker', 'podman']) {
    const program = join(root, 'test', 'real', 'container-engine.py')
    writeFileSync(join(engines, name), `#!/bin/sh\nexec /usr/bin/python3 ${program} "$@"\n`)
    chmodSync(join(engines, name), 0o755)
  }
  const installed = dirname(realpathSync(join(commands, 'credbridge')))
  const node = realpathSync(join(commands, 'node'))
  const env: Record<string, string> = {
    ...world.env,
    PATH: [commands, engines, ...folders].join(':'),
    CREDBRIDGE_STORE: 'vault',
    ENGINE_PATH: `${commands}:/usr/bin:/bin`,
    ENGINE_IMAGE: [commands, installed, ...(node.startsWith('/usr/') ? [] : [node])].join(':'),
    ENGINE_INFO: info,
  }
  expect(await run('credbridge', ['set', at, 'ann'], { env, input: 's3cret' })).toMatchObject({ exitCode: 0 })
  return {
    env,
    runtime: env['XDG_RUNTIME_DIR'] ?? '',
    credbridge: (...words: readonly string[]) => run('credbridge', words, { env }),
    engine: (name: string, ...words: readonly string[]) => run(name, ['run', ...words], { env }),
  }
}

/** The block of the page in this language that has this word. */
function block(language: string, word: string): string {
  const blocks = page.split(`\`\`\`${language}\n`).slice(1)
  const found = blocks.map((text) => text.slice(0, text.indexOf('```'))).find((text) => text.includes(word))
  if (found === undefined) throw new Error(`docs/containers.md has no ${language} with ${word}`)
  return found
}

needs('the build (npm run build)', built)('containers', () => {
  needsPrograms('bwrap', 'python3')('by an engine', () => {
    test.each(['docker', 'podman'])('%s run gets the socket, and its tools what is granted', async (engine) => {
      const { credbridge, runtime } = await host()
      const line = `${asking}; printf '${request.replace('git.', 'other.').replaceAll('\n', '\\n')}' | git-credential-credbridge get; exit 7`
      const words = ['--rm', 'an-image', 'sh', '-c', line]
      const { exitCode, stdout, stderr } = await credbridge(
        'run',
        '--socket',
        '--allow',
        at,
        '--ask',
        'never',
        '--',
        engine,
        'run',
        ...words,
      )
      expect({ exitCode, stdout }).toEqual({ exitCode: 7, stdout: answer })
      expect(stderr).toContain(`credbridge: granted: ${at}; find only; without a question\n`)
      expect(stderr).toContain(`credbridge: used by git at ${at} as ann\n`)
      expect(stderr).toContain('credbridge: not granted: find by git at https://other.example.com\n')
      expect(readdirSync(join(runtime, 'credbridge'))).toEqual([])
    })

    test('the socket cannot be replaced from inside', async () => {
      const { credbridge } = await host()
      const words = ['podman', 'run', 'an-image', 'sh', '-c', 'rm /run/credbridge/s; touch /run/credbridge/x']
      const { exitCode, stderr } = await credbridge('run', '--socket', '--allow', at, '--ask', 'never', '--', ...words)
      expect(exitCode).not.toBe(0)
      expect(stderr.match(/Read-only file system/g)).toHaveLength(2)
    })

    test('what cannot work is refused', async () => {
      const { credbridge } = await host('Docker Desktop ["name=seccomp,profile=unconfined"]')
      const socket = ['run', '--socket', '--allow', at, '--ask', 'never']
      const desktop = await credbridge(...socket, '--', 'docker', 'run', 'an-image', 'true')
      expect(desktop).toMatchObject({ exitCode: 2, stdout: '' })
      expect(desktop.stderr).toContain('Docker Desktop')
      for (const words of [
        ['docker', 'ps'],
        ['make', 'run'],
      ]) {
        const outcome = await credbridge(...socket, '--', ...words)
        expect(outcome).toMatchObject({ exitCode: 2, stdout: '' })
        expect(outcome.stderr).toContain('--socket is for a program that starts a container')
      }
      const both = await credbridge(...socket, '--env', `TOKEN=${at}`, '--', 'podman', 'run', 'an-image')
      expect(both.stderr).toContain('leave out --env and --profile')
    })

    test('the lines for a dev container open one, with serve as the page starts it', async () => {
      const { env, engine, runtime } = await host()
      const words = /credbridge serve --socket "\$XDG_RUNTIME_DIR\/(\S+)" (.*)\n/.exec(page)
      const [, path = '', options = ''] = words ?? []
      await startServe(env, ...options.split(' '), '--socket', join(runtime, path))
      const config = parseJson(block('jsonc', 'containerEnv')) as {
        mounts: readonly { type: string; source: string; target: string }[]
        containerEnv: Readonly<Record<string, string>>
      }
      const mounts = config.mounts.map(({ type, source, target }) => {
        const from = source.replace(/^\$\{localEnv:XDG_RUNTIME_DIR\}/, runtime)
        return `--mount=type=${type},source=${from},target=${target}`
      })
      const variables = Object.entries(config.containerEnv).map(([name, value]) => `--env=${name}=${value}`)
      expect((await engine('docker', ...mounts, ...variables, 'an-image', 'sh', '-c', asking)).stdout).toBe(answer)
    })

    test('the lines for Compose do, too', async () => {
      const { env, engine, runtime } = await host()
      await startServe(env, '--allow', at, '--socket', join(runtime, 'credbridge-dev', 's'))
      const { services } = parseYaml(block('yaml', 'services')) as {
        services: {
          app: {
            volumes: readonly { type: string; source: string; target: string; read_only: boolean }[]
            environment: Readonly<Record<string, string>>
          }
        }
      }
      const mounts = services.app.volumes.map(({ type, source, target, read_only }) => {
        const from = source.replace(/^\$\{XDG_RUNTIME_DIR\}/, runtime)
        return `--mount=type=${type},source=${from},target=${target}${read_only ? ',readonly' : ''}`
      })
      const variables = Object.entries(services.app.environment).map(([name, value]) => `--env=${name}=${value}`)
      expect((await engine('podman', ...mounts, ...variables, 'an-image', 'sh', '-c', asking)).stdout).toBe(answer)
    })
  })

  const standalone = isStandalone
    ? dirname(process.env['CREDBRIDGE_TEST_STANDALONE'] ?? '')
    : join(root, 'build', 'standalone')

  needsPrograms('bwrap')('the feature for dev containers', () => {
    needs('the standalone executable (npm run build:standalone)', existsSync(join(standalone, 'credbridge')))(
      'with the standalone executable',
      () => {
        test('installs every command', async () => {
          const world = await startWorld('no-bus', onTestFinished)
          const feature = join(world.session.folder, 'feature')
          cpSync(join(root, 'packaging', 'devcontainer-feature'), feature, { recursive: true })
          const install = (line: string) =>
            run('bwrap', [
              ...['--ro-bind', '/', '/', '--tmpfs', '/usr/local', '--dev', '/dev', '--bind', feature, feature],
              ...['sh', '-c', `${feature}/install.sh && ${line}`],
            ])
          expect(await install('true')).toMatchObject({
            exitCode: 1,
            stderr: expect.stringContaining('build/standalone'),
          })
          execFileSync('cp', ['-R', standalone, join(feature, 'standalone')])
          const line =
            'ls /usr/local/bin && /usr/local/bin/credbridge --version && /usr/local/bin/docker-credential-credbridge version'
          const { exitCode, stdout } = await install(line)
          const names = stdout.split('\n')
          expect(names).toContain('docker-credential-credbridge')
          expect(names).toContain('credbridge-npm')
          expect(names).not.toContain('LICENSE')
          expect(stdout).toMatch(/^\d+\.\d+\.\d+\n.*\d+\.\d+\.\d+/m)
          expect(exitCode).toBe(0)
        })
      },
    )
  })
})
