import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { needs } from '../real/require.ts'
import { run } from '../real/run.ts'
import { openHome } from './python-home.ts'
import { client, needsPythonClients, startIndex } from './python-world.ts'

type Home = Awaited<ReturnType<typeof openHome>>

/** A shell in this home with this PATH, and what its user runs in it. */
function shellIn(home: Home, ...path: string[]) {
  const env = { ...home.env, PATH: path.join(':'), PIP_DISABLE_PIP_VERSION_CHECK: '1', UV_NO_PROGRESS: '1' }
  const sh = (line: string) => run('/bin/sh', ['-c', line], { env, timeout: 100_000 })
  return {
    sh,
    /** The hints of a refusal, as one pastes them. */
    async hints(line: string): Promise<readonly string[]> {
      const { exitCode, stderr } = await sh(line)
      expect(exitCode).toBe(2)
      return [...stderr.matchAll(/^hint: (.*)$/gm)].map(([, hint = '']) => hint)
    },
    async keep(service: string) {
      const words = ['set', service, 'alice']
      expect(await run(join(home.commands, 'credbridge-keyring'), words, { env, input: 'p@ss\n' })).toMatchObject({
        exitCode: 0,
      })
    },
  }
}

const folderFirst = 'mkdir -p ~/.local/bin && export PATH="$HOME/.local/bin:$PATH"'
const toolsFolder = dirname(client('tools', 'keyring'))

/** What uv does without a user only where the index says so. */
async function uvInstalls(home: Home, sh: (line: string) => ReturnType<typeof run>, origin: string): Promise<void> {
  const settings = home.at('config', 'uv', 'uv.toml')
  const index = `[[index]]\nname = "ours"\nurl = "${origin}/simple/"\ndefault = true\nauthenticate = "always"\n`
  writeFileSync(settings, `${home.read('config', 'uv', 'uv.toml')}${index}`)
  const how = `pip install --no-cache --python '${client('tools', 'python')}' --target '${home.at('target')}'`
  expect(await sh(`'${client('tools', 'uv')}' ${how} tiny`)).toMatchObject({ exitCode: 0 })
}

needsPythonClients('setup where another keyring is first on PATH', () => {
  test('one of Python’s that is new enough: it asks credbridge, and uv goes on to ask it', async () => {
    const home = await openHome()
    const index = await startIndex(home, 'alice', 'p@ss')
    const { sh, hints, keep } = shellIn(home, toolsFolder, home.commands, '/usr/bin', '/bin')
    const told = await hints('credbridge setup uv')
    expect(told).toEqual([
      'credbridge setup python && credbridge setup uv',
      `${folderFirst} && credbridge setup uv --before-others`,
    ])
    const outcome = await sh(told[0] ?? '')
    expect(outcome).toMatchObject({ exitCode: 0 })
    expect(outcome.stderr).toContain(`${toolsFolder}/keyring kept a throw-away password, found it as uv asks for it`)
    const doctor = (await sh('credbridge doctor')).stdout
    expect(doctor).toContain(`ok      uv: keyring is ${toolsFolder}/keyring, which asks credbridge\n`)
    await keep(`${index.origin}/simple/`)
    await uvInstalls(home, sh, index.origin)
    expect(await hints('PYTHON_KEYRING_BACKEND=keyring.backends.null.Keyring credbridge setup uv')).toEqual([
      'unset PYTHON_KEYRING_BACKEND && credbridge setup python && credbridge setup uv',
      `${folderFirst} && credbridge setup uv --before-others`,
    ])
  }, 120_000)

  test('one that says so, and keeps passwords elsewhere, is found out by the proof', async () => {
    const home = await openHome()
    mkdirSync(home.at('other'))
    const keeps = `case $1 in --help) echo --mode --output ;; set) cat >'${home.at('kept')}' ;; esac`
    writeFileSync(home.at('other', 'keyring'), `#!/bin/sh\n${keeps}\n`, { mode: 0o755 })
    const { sh } = shellIn(home, home.at('other'), home.commands)
    expect(await sh('credbridge setup python --no-prove')).toMatchObject({ exitCode: 0 })
    const outcome = await sh('credbridge setup uv')
    expect(outcome).toMatchObject({ exitCode: 2 })
    expect(outcome.stderr).toContain('did not find the password that it had saved in credbridge')
    expect(existsSync(home.at('kept'))).toBe(true)
  })

  needs('Debian’s python3-keyring, before 25.2', isOld('/usr/bin/keyring'))('one that is older', () => {
    test('ours goes before it; pip of a fresh environment and uv find ours', async () => {
      const home = await openHome()
      const index = await startIndex(home, 'alice', 'p@ss')
      const { sh, hints, keep } = shellIn(home, home.early, home.commands, '/usr/bin', '/bin')
      await sh('credbridge setup python --no-prove')
      for (const tool of ['uv', 'pip']) {
        const told = await hints(`credbridge setup ${tool}`)
        expect(told).toEqual([`credbridge setup ${tool} --before-others`])
        // Also after a setup, before which nothing of that name was there.
        if (tool === 'uv') await sh(`mkdir -p '${home.at('config', 'uv')}'`)
        if (tool === 'uv') writeFileSync(home.at('config', 'uv', 'uv.toml'), 'keyring-provider = "subprocess"\n')
        const doctor = (await sh('credbridge doctor')).stdout
        expect(doctor).toMatch(new RegExp(`^.* {3}${tool}: .*\\n {8}fix: ${told[0]}$`, 'm'))
        expect(await sh(told[0] ?? '')).toMatchObject({ exitCode: 0 })
        if (tool === 'uv') await sh('rm ~/early/keyring')
      }
      await keep(`${index.origin}/simple/`)
      await uvInstalls(home, sh, index.origin)

      expect(await sh(`'${client('pip-new', 'python')}' -m venv '${home.at('fresh')}'`)).toMatchObject({ exitCode: 0 })
      const active = shellIn(home, home.at('fresh', 'bin'), home.early, home.commands, '/usr/bin', '/bin')
      const address = `${index.origin.replace('://', '://alice@')}/simple/`
      const download = `pip download --no-input --no-deps --no-cache-dir -d '${home.at('got')}' --index-url ${address} tiny`
      expect(await active.sh(download)).toMatchObject({ exitCode: 0 })
      expect(readdirSync(home.at('got'))).toEqual(['tiny-1.0-py3-none-any.whl'])
    }, 120_000)
  })
})

needsPythonClients('setup without a folder of one’s own on PATH', () => {
  test('what the hint says makes one, and uv is set up', async () => {
    const home = await openHome()
    symlinkSync('/bin/mkdir', join(home.commands, 'mkdir'))
    const { sh, hints } = shellIn(home, home.commands)
    const told = await hints('credbridge setup uv')
    expect(told).toEqual([`${folderFirst} && credbridge setup uv`])
    const outcome = await sh(told[0] ?? '')
    expect(outcome).toMatchObject({ exitCode: 0 })
    const link = home.at('home', '.local', 'bin', 'keyring')
    expect(outcome.stderr).toContain(`keyring: ~/.local/bin/keyring leads to ${home.ours}\n`)
    expect(outcome.stderr).toContain(`${link} kept a throw-away password`)
    expect(readdirSync(home.commands)).not.toContain('keyring')
  })

  describe('pip, whose own Python has a keyring package', () => {
    test('imports it, which asks credbridge', async () => {
      const home = await openHome()
      const index = await startIndex(home, 'alice', 'p@ss')
      const bin = venvWithKeyring(home.at('venv'))
      const { sh, hints, keep } = shellIn(home, bin, home.commands)
      const [folder, imports = ''] = await hints('credbridge setup pip')
      expect(folder).toBe(`${folderFirst} && credbridge setup pip`)
      expect(imports).toBe(`credbridge setup python && ${bin}/pip config --site set global.keyring-provider import`)
      expect(await sh(imports)).toMatchObject({ exitCode: 0 })
      await keep(`${index.origin}/simple/`)
      const download = `pip download --no-input --no-deps --no-cache-dir -d '${home.at('got')}' --index-url ${index.origin}/simple/ tiny`
      expect(await sh(download)).toMatchObject({ exitCode: 0 })
    }, 60_000)
  })
})

/** An environment with pip and the keyring package of the environment `tools`; its folder of commands. */
function venvWithKeyring(folder: string): string {
  execFileSync(client('tools', 'python'), ['-m', 'venv', '--without-pip', folder])
  const [version = ''] = readdirSync(join(folder, 'lib'))
  const packages = join(dirname(toolsFolder), 'lib', version, 'site-packages')
  writeFileSync(join(folder, 'lib', version, 'site-packages', 'tools.pth'), `${packages}\n`)
  const bin = join(folder, 'bin')
  writeFileSync(join(bin, 'pip'), `#!/bin/sh\nexec '${bin}/python' -m pip "$@"\n`, { mode: 0o755 })
  writeFileSync(join(bin, 'keyring'), `#!/bin/sh\nexec '${bin}/python' -m keyring "$@"\n`, { mode: 0o755 })
  return bin
}

function isOld(keyring: string): boolean {
  return existsSync(keyring) && !execFileSync(keyring, ['--help'], { encoding: 'utf8' }).includes('--mode')
}
