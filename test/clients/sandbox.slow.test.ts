import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cargoFolder } from '../real/cargo.ts'
import { built } from '../real/commands.ts'
import { startCrateRegistry } from '../real/crate-registry.ts'
import { basic } from '../real/git-server.ts'
import { machineGo } from '../real/go.ts'
import { startModuleHost } from '../real/module-host.ts'
import { hasVerdaccio, startPackageRegistry } from '../real/package-registry.ts'
import { startRegistry } from '../real/registry.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { startWorld } from '../real/world.ts'
import { client, needsPythonClients, openPythonWorld, startIndex } from './python-world.ts'

/* Real clients in `credbridge sandbox`, which sets them up in its empty home folder. */

/** A laptop with a vault, and a project. */
async function laptop(env: Readonly<Record<string, string>>) {
  const own: Record<string, string> = { ...env, CREDBRIDGE_STORE: 'vault' }
  const project = join(env['HOME'] ?? '', 'project')
  mkdirSync(project, { recursive: true })
  return {
    project,
    put(name: string, text: string) {
      mkdirSync(dirname(join(project, name)), { recursive: true })
      writeFileSync(join(project, name), text)
    },
    async ours(words: readonly string[], input = '') {
      expect(await run('credbridge', words, { env: own, input })).toMatchObject({ exitCode: 0 })
    },
    sandbox: (options: readonly string[], command: readonly string[], more: Readonly<Record<string, string>> = {}) =>
      run('credbridge', ['sandbox', ...options, '--', ...command], {
        env: { ...own, ...more },
        cwd: project,
        timeout: 100_000,
      }),
  }
}

/** It works for what is granted; without the grant the same command fails. */
async function worksOnlyIf(
  at: string,
  tools: string,
  options: readonly string[],
  command: readonly string[],
  here: Awaited<ReturnType<typeof laptop>>,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const elsewhere = await here.sandbox(
    ['--allow', 'https://elsewhere.example.com', '--ask', 'never', ...options],
    command,
    more,
  )
  expect(elsewhere.exitCode).not.toBe(0)
  const outcome = await here.sandbox(['--allow', at, '--ask', 'never', '--tools', tools, ...options], command, more)
  expect([outcome.exitCode, outcome.stderr]).toEqual([0, expect.any(String)])
  expect(outcome.stderr).toMatch(new RegExp(`credbridge: used by [a-z]+ at ${at}`))
}

needs('the build (npm run build)', built)('in a sandbox', () => {
  needsPrograms(
    'bwrap',
    'docker-registry',
    'htpasswd',
    'skopeo',
  )('containers', () => {
    test('skopeo reads an image', async () => {
      const here = await laptop((await startWorld('no-bus', onTestFinished)).env)
      const registry = await startRegistry({ ann: 'pw' }, onTestFinished)
      await here.ours(['set', `https://${registry.host}`, 'ann'], 'pw')
      const command = ['skopeo', 'inspect', '--raw', '--tls-verify=false', `docker://${registry.image}`]
      await worksOnlyIf(`https://${registry.host}`, 'docker,containers', [], command, here)
    })
  })

  needsPrograms('bwrap', 'npm')('packages', () => {
    needs('verdaccio (.ci/npm-clients)', hasVerdaccio)('of JavaScript', () => {
      test('npm signs in', async () => {
        const here = await laptop((await startWorld('no-bus', onTestFinished)).env)
        const registry = await startPackageRegistry(onTestFinished)
        await here.ours(
          ['set', registry.origin, 'alice', '--kind', 'bearer'],
          await registry.token('alice', 'p@ss:w0rd'),
        )
        await here.ours(['share', registry.origin, '--with', 'npm'])
        here.put('.npmrc', `registry=${registry.origin}/\n`)
        await worksOnlyIf(registry.origin, 'npm', [], ['npm', 'whoami'], here)
      })
    })
  })

  needsPythonClients('of Python', () => {
    needsPrograms('bwrap')('pip', () => {
      test('downloads', async () => {
        const world = await openPythonWorld('vault')
        const index = await startIndex(world, 'alice', 'p@ss')
        const bin = realpathSync(dirname(client('pip-new', 'python')))
        const [commands, ...folders] = (world.env['PATH'] ?? '').split(':')
        const here = await laptop({ ...world.env, PATH: [commands, bin, ...folders].join(':') })
        await here.ours(['set', index.origin, 'alice'], 'p@ss')
        const command = ['pip', 'download', '--no-deps', '--index-url', `${index.origin}/simple/`, 'tiny']
        const python = dirname(dirname(realpathSync(join(bin, 'python'))))
        const options = ['--read', dirname(bin), '--read', python, '--env', 'PIP_NO_INPUT']
        await worksOnlyIf(index.origin, 'python', options, command, here)
        expect(existsSync(join(here.project, 'tiny-1.0-py3-none-any.whl'))).toBe(true)
      })
    })
  })

  needsPrograms('bwrap', 'openssl')('modules', () => {
    needs('Go 1.24 or later', machineGo !== undefined)('of Go', () => {
      test('go downloads', async () => {
        const world = await startWorld('no-bus', onTestFinished)
        const here = await laptop(world.env)
        const letsIn = { [basic('alice', 'pw')]: ['go.example.com'] }
        const server = await startModuleHost(world.session.folder, { letsIn }, onTestFinished)
        await here.ours(['set', 'https://go.example.com', 'alice'], 'pw')
        here.put('go.mod', 'module example.com/app\n')
        const more = { ...server.env, GOPROXY: 'direct', GONOSUMDB: '*', GOFLAGS: '-modcacherw', GOTOOLCHAIN: 'local' }
        const names = Object.keys(more).flatMap((name) => ['--env', name])
        const files = Object.values(server.env).filter((value) => value.startsWith('/') && existsSync(value))
        const options = [...names, ...files.flatMap((file) => ['--read', file])]
        const command = ['go', 'mod', 'download', 'go.example.com/team/app@v1.0.0']
        await worksOnlyIf('https://go.example.com', 'go', options, command, here, more)
      })
    })
  })

  needsPrograms('bwrap')('crates', () => {
    needs('cargo', cargoFolder !== undefined)('of Rust', () => {
      test('cargo publishes', async () => {
        const world = await startWorld('no-bus', onTestFinished)
        const registry = await startCrateRegistry(onTestFinished)
        registry.accepted.add('Bearer t0ken')
        const [commands, ...folders] = (world.env['PATH'] ?? '').split(':')
        const here = await laptop({ ...world.env, PATH: [commands, cargoFolder, ...folders].join(':') })
        await here.ours(['set', `${registry.origin}/team/index`, 'ann', '--kind', 'bearer'], 't0ken')
        here.put('.cargo/config.toml', `[registries.team]\nindex = "${registry.index}"\n`)
        const manifest = [
          'name = "small"',
          'version = "1.0.0"',
          'edition = "2021"',
          'license = "MIT"',
          'description = "x"',
        ]
        here.put('Cargo.toml', `[package]\n${manifest.join('\n')}\n`)
        here.put('src/lib.rs', 'pub fn answer() -> u8 { 42 }\n')
        const command = ['cargo', 'publish', '--registry', 'team', '--no-verify', '--allow-dirty']
        const options = ['--read', dirname(cargoFolder ?? '')]
        await worksOnlyIf(`${registry.origin}/team/index`, 'cargo', options, command, here)
      })
    })
  })
})
