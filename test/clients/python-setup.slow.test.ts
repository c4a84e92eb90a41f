import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { installCommands, startedBy } from '../real/commands.ts'
import { run } from '../real/run.ts'
import { openHome, putKeyring } from './python-home.ts'
import { client, needsPythonClients } from './python-world.ts'

const pipFolder = dirname(client('pip-new', 'pip'))

needsPythonClients('credbridge setup', () => {
  describe('pip', () => {
    test('links the command, tells pip, proves it; twice is once; undo leaves nothing', async () => {
      const { credbridge, commands, early, ours, read, run, at } = await openHome(pipFolder)
      const first = await credbridge('setup', 'pip')
      expect(first).toMatchObject({ exitCode: 0 })
      expect(first.stderr).toContain('found it as pip asks for it')
      expect(readlinkSync(join(early, 'keyring'))).toBe(ours)
      expect(readdirSync(commands)).not.toContain('keyring')
      expect(read('config', 'pip', 'pip.conf')).toBe(
        '# credbridge: begin\n[global]\nkeyring-provider = subprocess\n# credbridge: end\n',
      )
      expect((await credbridge('setup', 'pip')).stderr).toContain('pip: nothing to change')
      expect((await credbridge('doctor')).stdout).toMatch(/^ok +pip: keyring is .*early.keyring, which is ours$/m)
      expect(await credbridge('setup', 'pip', '--undo')).toMatchObject({ exitCode: 0 })
      expect(readdirSync(early)).toEqual([])
      expect(ours.startsWith(commands) || !existsSync(ours)).toBe(true)
      const asked = await run(client('pip-new', 'pip'), 'config', 'get', 'global.keyring-provider')
      expect(asked.exitCode).not.toBe(0)
      expect(existsSync(at('config', 'pip', 'pip.conf'))).toBe(false)
    })

    const conf = ['config', 'pip', 'pip.conf'] as const

    test.each([
      '# mine\n[global]\n; first\ntimeout = 7\n\n[install]\nindex-url=https://pip.example.com/simple ; ours\n# the end\n',
      '[global]\r\n# mine\r\ntimeout=7\r\n',
      '[install]\nuser = no',
      '[global]\n# for now\nkeyring_provider: disabled\n# short\ntimeout: 7\n',
      '[global]\n  keyring-provider=disabled\n  timeout =   7',
      '# nothing yet\n',
      '',
    ])('every other line of %j stays, and undo restores each byte', async (before) => {
      const { credbridge, read, write, run, commands } = await openHome(pipFolder)
      const keyring = () => run(client('pip-new', 'pip'), 'config', '--user', 'get', 'global.keyring-provider')
      putKeyring(commands)
      write(before, ...conf)
      const was = await keyring()
      expect(await credbridge('setup', 'pip', '--before-others', '--no-prove')).toMatchObject({ exitCode: 0 })
      expect((await keyring()).stdout).toBe('subprocess\n')
      const lines = read(...conf).split('\n')
      for (const line of before.split('\n')) {
        expect(lines.some((one) => one === line || one === `# before credbridge: ${line}`)).toBe(true)
      }
      expect(await credbridge('setup', 'pip', '--undo')).toMatchObject({ exitCode: 0 })
      expect(read(...conf)).toBe(before)
      expect(await keyring()).toEqual(was)
    })

    test('a file that pip cannot read is named, and stays as it is', async () => {
      const { credbridge, read, write } = await openHome(pipFolder)
      const before = '[global]\n# one\n[global]\n# two\n'
      write(before, ...conf)
      expect(await credbridge('setup', 'pip', '--before-others')).toMatchObject({
        exitCode: 2,
        stderr: expect.stringMatching(/^credbridge: pip cannot read its configuration\nhint: (?:.|\n)*already exists/),
      })
      expect(await credbridge('setup', 'pip', '--undo')).toMatchObject({ exitCode: 0 })
      expect(read(...conf)).toBe(before)
    })

    test('a file that pip has written anew since comes back without our line', async () => {
      const { credbridge, run, read, write } = await openHome(pipFolder)
      const pip = (...words: string[]) => run(client('pip-new', 'pip'), 'config', '--user', ...words)
      write('[global]\nkeyring-provider = disabled\n', ...conf)
      expect((await credbridge('setup', 'pip')).stderr).toContain('keyring-provider = subprocess (was disabled)')
      await pip('set', 'global.timeout', '7')
      expect(read(...conf)).not.toContain('credbridge')
      write(`${read(...conf)}# mine\n`, ...conf)
      expect((await credbridge('setup', 'pip', '--undo')).stderr).toContain('pip.conf says keyring-provider = disabled')
      expect(read(...conf)).toBe('[global]\nkeyring-provider = disabled\ntimeout = 7\n\n# mine\n')
    })

    test('where PIP_CONFIG_FILE names the file, that one is written', async () => {
      const { env, commands, write, read, at } = await openHome(pipFolder)
      write('# mine\n', 'own.conf')
      const credbridge = (...words: string[]) =>
        run(join(commands, 'credbridge'), words, { env: { ...env, PIP_CONFIG_FILE: at('own.conf') }, timeout: 100_000 })
      expect(await credbridge('setup', 'pip')).toMatchObject({ exitCode: 0 })
      expect(read('own.conf')).toContain('keyring-provider = subprocess')
      expect(await credbridge('setup', 'pip', '--undo')).toMatchObject({ exitCode: 0 })
      expect(read('own.conf')).toBe('# mine\n')
    })

    test('a dry run changes nothing', async () => {
      const { credbridge, early, at } = await openHome(pipFolder)
      expect((await credbridge('setup', 'pip', '--dry-run')).stderr).toContain('would do: keyring: ')
      expect(readdirSync(early)).toEqual([])
      expect(existsSync(at('data', 'credbridge', 'commands'))).toBe(false)
      expect(existsSync(at('config', 'pip'))).toBe(false)
    })

    test('another keyring is left alone, unless the user says to go before it; and then it is still there', async () => {
      const { credbridge, commands, early, ours, at } = await openHome(pipFolder)
      const other = putKeyring(commands)
      const refused = await credbridge('setup', 'pip')
      expect(refused).toMatchObject({ exitCode: 2 })
      expect(refused.stderr).toBe(
        `credbridge: there is another keyring command: ${other}\nhint: credbridge setup pip --before-others\n`,
      )
      expect(existsSync(at('config', 'pip'))).toBe(false)
      expect(await credbridge('setup', 'pip', '--before-others')).toMatchObject({ exitCode: 0 })
      expect(readlinkSync(join(early, 'keyring'))).toBe(ours)
      expect(readFileSync(other, 'utf8')).toBe('#!/bin/sh\nexit 1\n')
      await credbridge('setup', 'pip', '--undo')
      expect(readdirSync(early)).toEqual([])
      expect(readFileSync(other, 'utf8')).toBe('#!/bin/sh\nexit 1\n')
    })

    /** pip leaves out a keyring that lies beside its own commands: pip/_internal/network/auth.py, KeyRingCliProvider. */
    describe('whose own commands lie where ours do', () => {
      const pipFinds = 'from pip._internal.network.auth import *; print(get_keyring_provider("subprocess").keyring)'

      async function openShared() {
        const home = await openHome()
        const venv = home.at('venv')
        await run(client('pip-new', 'python'), ['-m', 'venv', '--without-pip', venv])
        const packages = join(dirname(pipFolder), 'lib')
        const [version = ''] = readdirSync(join(venv, 'lib'))
        symlinkSync(join(packages, version, 'site-packages', 'pip'), join(venv, 'lib', version, 'site-packages', 'pip'))
        const python = join(venv, 'bin', 'python')
        writeFileSync(join(venv, 'bin', 'pip'), `#!/bin/sh\nexec ${python} -m pip "$@"\n`, { mode: 0o755 })
        installCommands(join(venv, 'bin'))
        mkdirSync(home.at('home', '.local', 'bin'), { recursive: true })
        const env = { ...home.env, PATH: `${venv}/bin:${home.at('home', '.local', 'bin')}` }
        const at =
          (program: string) =>
          (...words: string[]) =>
            run(join(venv, 'bin', program), words, { env, timeout: 100_000 })
        const ours = startedBy('credbridge-keyring', join(venv, 'bin'), home.at('data'))
        return { ...home, ours, venv, credbridge: at('credbridge'), pipFinds: () => at('python')('-c', pipFinds) }
      }

      test('the link goes elsewhere, and that is the one which pip finds', async () => {
        const { credbridge, at, venv, pipFinds } = await openShared()
        const link = at('home', '.local', 'bin', 'keyring')
        const outcome = await credbridge('setup', 'pip')
        expect(outcome).toMatchObject({ exitCode: 0 })
        expect(outcome.stderr).toContain(`${link} kept a throw-away password`)
        expect((await pipFinds()).stdout).toBe(`${link}\n`)
        expect(existsSync(join(venv, 'bin', 'keyring'))).toBe(false)
        expect((await credbridge('doctor')).stdout).toMatch(/^ok +pip: keyring is .*local.bin.keyring, which is ours$/m)
        expect((await credbridge('setup', 'pip')).stderr).toContain('pip: nothing to change')
        expect(await credbridge('setup', 'pip', '--undo')).toMatchObject({ exitCode: 0 })
        expect(existsSync(link)).toBe(false)
      })

      test('a link that uv has there is not taken for one that pip finds', async () => {
        const { credbridge, at, ours, venv, pipFinds } = await openShared()
        symlinkSync(ours, join(venv, 'bin', 'keyring'))
        expect(await credbridge('setup', 'pip')).toMatchObject({ exitCode: 0 })
        expect((await pipFinds()).stdout).toBe(`${at('home', '.local', 'bin', 'keyring')}\n`)
        rmSync(at('home', '.local', 'bin', 'keyring'))
        expect((await credbridge('doctor')).stdout).toMatch(/pip: pip ignores .*bin.keyring/)
      })

      test('a keyring of somebody else among them is in nobody’s way', async () => {
        const { credbridge, at, venv, pipFinds } = await openShared()
        putKeyring(join(venv, 'bin'))
        expect(await credbridge('setup', 'pip')).toMatchObject({ exitCode: 0 })
        expect((await pipFinds()).stdout).toBe(`${at('home', '.local', 'bin', 'keyring')}\n`)
      })
    })

    test('nothing is put into a folder that others can write to', async () => {
      const { credbridge, commands, early } = await openHome(pipFolder)
      putKeyring(commands)
      chmodSync(early, 0o777)
      const refused = await credbridge('setup', 'pip', '--before-others')
      expect(refused).toMatchObject({ exitCode: 2 })
      expect(refused.stderr).toContain('that no other user can write to')
      expect(readdirSync(early)).toEqual([])
    })
  })

  describe('uv', () => {
    const settings = ['config', 'uv', 'uv.toml'] as const

    test.each([
      ['', ''],
      ['offline = false\n\n[pip]\nkeyring-provider = "disabled"\n', 'offline = false\n'],
      [
        '# mine\nkeyring-provider = "disabled" # for now\n',
        '# before credbridge: keyring-provider = "disabled" # for now\n',
      ],
      ['no-cache = false', 'no-cache = false'],
      ['# mine\r\nkeyring-provider = "disabled" # why\r\n', '# before credbridge: keyring-provider = "disabled"'],
    ])('%j gets one key, which uv understands, and is as before after undo', async (before, kept) => {
      const { credbridge, read, write, at, run } = await openHome()
      if (before !== '') write(before, ...settings)
      expect(await credbridge('setup', 'uv')).toMatchObject({ exitCode: 0 })
      const after = read(...settings)
      expect(after).toMatch(/^# credbridge: begin\r?\nkeyring-provider = "subprocess"\r?\n# credbridge: end\r?\n/)
      if (before.includes('\r')) expect(after.replaceAll('\r\n', '')).not.toContain('\n')
      expect(after).toContain(kept)
      expect(await run(client('tools', 'uv'), 'cache', 'dir')).toMatchObject({ exitCode: 0, stderr: '' })
      expect((await credbridge('setup', 'uv')).stderr).toContain('uv: nothing to change')
      expect(await credbridge('setup', 'uv', '--undo')).toMatchObject({ exitCode: 0 })
      expect(existsSync(at(...settings)) ? read(...settings) : '').toBe(before)
    })

    test.each([`"keyring-provider" = "disabled"\n`, `'keyring-provider' = 'disabled'\n`])(
      '%j is the same key, and set aside',
      async (before) => {
        const { credbridge, read, write, run } = await openHome()
        write(before, ...settings)
        expect(await credbridge('setup', 'uv')).toMatchObject({ exitCode: 0 })
        expect(await run(client('tools', 'uv'), 'cache', 'dir')).toMatchObject({ exitCode: 0, stderr: '' })
        expect(await credbridge('setup', 'uv', '--undo')).toMatchObject({ exitCode: 0 })
        expect(read(...settings)).toBe(before)
      },
    )

    test.each([
      ['offline = tru\n', 'is not TOML'],
      ['keyring-provider = """\ndisabled"""\n', 'cannot comment out keyring-provider in'],
    ])('%j stays as it is', async (before, told) => {
      const { credbridge, early, read, write } = await openHome()
      write(before, ...settings)
      expect(await credbridge('setup', 'uv')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(told) })
      expect(read(...settings)).toBe(before)
      expect(readdirSync(early)).toEqual([])
    })

    test('the link and what it leads to stay as long as pip asks it', async () => {
      const { credbridge, early, ours } = await openHome(pipFolder)
      await credbridge('setup', 'uv')
      await credbridge('setup', 'pip')
      await credbridge('setup', 'uv', '--undo')
      expect(readdirSync(early)).toContain('keyring')
      expect(existsSync(ours)).toBe(true)
      await credbridge('setup', 'pip', '--undo')
      expect(readdirSync(early)).not.toContain('keyring')
    })
  })

  test.each([
    ['pip', 'PIP_KEYRING_PROVIDER', 'disabled'],
    ['uv', 'UV_KEYRING_PROVIDER', 'disabled'],
    ['python', 'PYTHON_KEYRING_BACKEND', 'keyring.backends.null.Keyring'],
  ])('%s: %s in the environment goes before, which is said', async (tool, variable, value) => {
    const { env, commands } = await openHome(pipFolder, dirname(client('tools', 'uv')))
    const credbridge = (...words: string[]) =>
      run(join(commands, 'credbridge'), words, { env: { ...env, [variable]: value }, timeout: 100_000 })
    const setup = await credbridge('setup', tool, '--no-prove', ...(tool === 'python' ? [] : ['--before-others']))
    const told = `${variable} is set to ${value}, which takes precedence`
    expect(setup).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(told) })
    expect((await credbridge('doctor')).stdout).toContain(`${tool}: ${told}`)
  })

  describe('python', () => {
    const settings = ['config', 'python_keyring', 'keyringrc.cfg'] as const
    const used = 'import keyring; print(type(keyring.get_keyring()).__module__)'

    test.each([
      '',
      '[backend]\ndefault-keyring=keyring.backends.null.Keyring\nkeyring-path=/nowhere\n\n[other]\ndefault-keyring=x\n',
      '# mine\n[other]\nkey = value\n',
      '[backend] ; mine\ndefault-keyring=keyring.backends.null.Keyring\n',
      '[backend]\ndefault-keyring =\n    keyring.backends.null.Keyring\nkeyring-path:\n  # where\n  /nowhere\n',
      '[other]\nkey = value',
      '[backend]\n  default-keyring=keyring.backends.null.Keyring\n  another = 1\n',
    ])('%j: every program that imports keyring asks us, and undo leaves it as before', async (before) => {
      const { credbridge, read, write, at, run } = await openHome(dirname(client('tools', 'python')))
      if (before !== '') write(before, ...settings)
      const first = await credbridge('setup', 'python')
      expect(first.stderr).toContain("Python's keyring kept a throw-away password, found it again and forgot it")
      expect(first.exitCode).toBe(0)
      expect((await run(client('tools', 'python'), '-c', used)).stdout).toBe('credbridge_keyring\n')
      expect((await credbridge('setup', 'python', '--no-prove')).stderr).toContain('python: nothing to change')
      expect((await credbridge('doctor')).stdout).toContain("Python's keyring asks credbridge")
      expect(await credbridge('setup', 'python', '--undo')).toMatchObject({ exitCode: 0 })
      expect(existsSync(at(...settings)) ? read(...settings) : '').toBe(before)
      expect(existsSync(at('data', 'credbridge', 'python', 'credbridge_keyring.py'))).toBe(false)
    })

    test('a Python without keyring is no error', async () => {
      const { credbridge } = await openHome(pipFolder)
      const outcome = await credbridge('setup', 'python')
      expect(outcome).toMatchObject({ exitCode: 0 })
      expect(outcome.stderr).toContain('this Python has no keyring package')
    })

    test('the backend of another credbridge is noticed', async () => {
      const { credbridge, write } = await openHome()
      await credbridge('setup', 'python', '--no-prove')
      write('# older\n', 'data', 'credbridge', 'python', 'credbridge_keyring.py')
      expect((await credbridge('doctor')).stdout).toContain('credbridge_keyring.py is not of this credbridge')
    })
  })
})
