import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect } from 'vitest'
import { whileFlocked } from '../../src/system/flock.ts'
import { thorough, thoroughly, usual } from '../real/depth.ts'
import { needsPrograms, programOnPath } from '../real/require.ts'
import { testMachine } from '../test-machine.ts'
import { client, needsPythonClients, openPythonWorld } from './python-world.ts'

const usualPath = '/usr/local/bin:/usr/bin:/bin'

/**
 * A person with plain secrets in these files, below home or one of the XDG folders, whose tools ask credbridge, unless
 * others are named.
 */
async function withFiles(files: Readonly<Record<string, string>>, tools: readonly string[] = ['python', 'pip', 'uv']) {
  const world = await openPythonWorld('vault')
  const path = (name: string) => join(world.session.folder, name)
  mkdirSync(path('home/bin'))
  rmSync(path('commands/keyring'))
  const folders = [path('home/bin'), path('commands'), dirname(client('tools', 'python'))]
  const env = { ...world.env, PATH: folders.join(':') }
  const run: typeof world.run = (program, words, options) => world.run(program, words, { env, ...options })
  for (const tool of tools) {
    const words = ['setup', tool, '--no-prove', ...(tool === 'python' ? [] : ['--before-others'])]
    const outcome = await run('credbridge', words)
    if (outcome.exitCode !== 0) throw new Error(outcome.stderr)
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(path(name)), { recursive: true })
    writeFileSync(path(name), text)
  }
  return {
    ...world,
    run,
    path,
    read: (name: string) => readFileSync(path(name), 'utf8'),
    bring: (...words: string[]) => run('credbridge', ['import', 'python', ...words]),
    get: async (service: string, user: string) => (await run('credbridge-keyring', ['get', service, user])).stdout,
  }
}

const pypirc = `[distutils]
index-servers =
    ours
    public

[ours]
repository = https://upload.example.com/legacy/
username: alice
password = p=ss %word#
# a comment

[public]
username = __token__
password = pub-pw
`

/** As the index itself tells people to write it. */
const canonical = `[pypi]
  username = __token__
  password = pypi-token

[testpypi]
  password = pypi-other-token
`

const pipConf = `[global]
keyring-provider = subprocess
index-url = https://alice:p%40ss@pkgs.example.com/simple/
timeout = 7
extra-index-url =
    https://bob:pl$ain@other.example.com:8443/simple
    https://\${USER}:\${TOKEN}@env.example.com/simple/
    https://token-only@t.example.com/simple/
    https://alice:p%40ss@pkgs.example.com/simple/more/
`

const uvToml = `keyring-provider = "subprocess"
[[index]]
name = "ours"
url = "https://carol:s3cret@uv.example.com/simple/"
`

needsPythonClients('credbridge import python', () => {
  usual('moves what stands in the clear, and puts it back to the byte', async () => {
    const files = { 'home/.pypirc': pypirc, 'config/pip/pip.conf': pipConf, 'config/uv/uv.toml': uvToml }
    const { bring, get, read } = await withFiles(files)
    const shown = await bring('--dry-run')
    expect(shown.exitCode).toBe(0)
    for (const secret of ['p=ss', 'p%40ss', 'p@ss', 'pl$ain', 's3cret', 'pub-pw'])
      expect(shown.stderr).not.toContain(secret)
    expect(shown.stderr).toContain('[public] stays as it is')
    for (const [name, text] of Object.entries(files)) expect(read(name)).toBe(text)

    expect(await bring('--yes')).toMatchObject({ exitCode: 0 })
    expect(await get('https://upload.example.com/legacy/', 'alice')).toBe('p=ss %word#\n')
    expect(await get('https://pkgs.example.com/simple/', 'alice')).toBe('p@ss\n')
    expect(await get('https://other.example.com:8443/simple', 'bob')).toBe('pl$ain\n')
    expect(await get('https://uv.example.com/simple/', 'carol')).toBe('s3cret\n')
    expect(read('home/.pypirc')).toBe(pypirc.replace('password = p=ss %word#\n', ''))
    expect(read('config/pip/pip.conf')).toBe(pipConf.replaceAll(':p%40ss@', '@').replace(':pl$ain@', '@'))
    expect(read('config/uv/uv.toml')).toBe(uvToml.replace(':s3cret', ''))
    expect(await bring('--yes')).toMatchObject({ exitCode: 1 })

    expect(await bring('--undo', '--yes')).toMatchObject({ exitCode: 0 })
    expect(read('config/pip/pip.conf')).toBe(pipConf)
    expect(read('config/uv/uv.toml')).toBe(uvToml)
    expect(read('home/.pypirc')).toBe(pypirc)
  })

  thorough('the canonical .pypirc, whose addresses twine knows; twine finds them again', async () => {
    const { bring, read, python } = await withFiles({ 'home/.pypirc': canonical })
    const script = `
from twine import auth, utils
for name in ["pypi", "testpypi"]:
    config = utils.get_repository_from_config("~/.pypirc", name)
    resolver = auth.Resolver(config, auth.CredentialInput())
    print(resolver.username, resolver.password)
`
    expect(await bring('--yes')).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('2 moved') })
    expect(read('home/.pypirc')).toBe('[pypi]\n  username = __token__\n\n[testpypi]\n')
    expect(await python('tools', script)).toBe('__token__ pypi-token\n__token__ pypi-other-token\n')
    expect(await bring('--undo', '--yes')).toMatchObject({ exitCode: 0 })
    expect(read('home/.pypirc')).toContain('password = pypi-token')
  })

  thorough('without twine nobody says which addresses those are, and they stay', async () => {
    const { run, path, read } = await withFiles({ 'home/.pypirc': canonical })
    const PATH = path('commands')
    const env = { HOME: path('home'), XDG_CONFIG_HOME: path('config'), CREDBRIDGE_STORE: 'vault', PATH }
    const outcome = await run('credbridge', ['import', 'python', '--yes'], { env })
    expect(outcome).toMatchObject({ exitCode: 1 })
    expect(outcome.stderr).toContain('[pypi] stays as it is: without twine nothing says its repository')
    expect(read('home/.pypirc')).toBe(canonical)
  })

  thoroughly(describe)('before setup', () => {
    const [pip, uv] = [pipConf.replace('keyring-provider = subprocess\n', ''), uvToml.replace(/^.*\n/, '')]
    const files = { 'home/.pypirc': pypirc, 'config/pip/pip.conf': pip, 'config/uv/uv.toml': uv }

    thorough('is refused, and nobody is signed out', async () => {
      const { bring, read } = await withFiles(files, [])
      const outcome = await bring('--yes')
      expect(outcome).toMatchObject({ exitCode: 2 })
      expect(outcome.stderr.split('\n').slice(-7)).toEqual([
        'credbridge: python does not ask credbridge, pip does not ask credbridge, uv does not ask credbridge, and would be signed out',
        'hint: credbridge setup python',
        'hint: credbridge setup pip',
        'hint: credbridge setup python && credbridge setup uv',
        'hint: to copy only: --keep',
        'hint: to move it all the same: --without-setup',
        '',
      ])
      for (const [name, text] of Object.entries(files)) expect(read(name)).toBe(text)
      expect(await bring('--yes', '--keep')).toMatchObject({ exitCode: 0 })
      for (const [name, text] of Object.entries(files)) expect(read(name)).toBe(text)
    })

    thorough('of one tool leaves what the others read', async () => {
      const { bring, read } = await withFiles(files, ['python'])
      const outcome = await bring('--yes')
      expect(outcome).toMatchObject({ exitCode: 0 })
      expect(outcome.stderr).toContain(
        'uv.toml: the address of https://uv.example.com/simple/: left, uv does not ask credbridge\n',
      )
      expect(outcome.stderr).toContain('hint: credbridge setup pip\nhint: credbridge setup uv\n')
      expect(read('home/.pypirc')).toBe(pypirc.replace('password = p=ss %word#\n', ''))
      expect(read('config/pip/pip.conf')).toBe(pip)
      expect(read('config/uv/uv.toml')).toBe(uv)
    })
  })

  const altSet = `
import sys
from keyrings.alt.file import PlaintextKeyring
ring = PlaintextKeyring()
ring.set_password("https://a.example.com/é", "us er", "p\\nw é")
ring.set_password("plain", "bob", "x" * 300)
print(ring.file_path)
`
  const altGet = `
from keyrings.alt.file import PlaintextKeyring
ring = PlaintextKeyring()
print(ring.get_password("https://a.example.com/é", "us er"), ring.get_password("plain", "bob"), sep="|")
`

  thorough("what keyrings.alt kept, by keyrings.alt's own word", async () => {
    const { bring, get, python } = await withFiles({})
    const file = (await python('tools', altSet)).trim()
    expect(await bring('--yes')).toMatchObject({ exitCode: 0 })
    expect(await get('https://a.example.com/é', 'us er')).toBe('p\nw é\n')
    expect(await get('plain', 'bob')).toBe(`${'x'.repeat(300)}\n`)
    expect(readFileSync(file, 'utf8')).not.toContain('=')
    expect((await python('tools', altGet)).trim()).toBe('None|None')
    expect(await bring('--undo', '--yes')).toMatchObject({ exitCode: 0 })
    expect((await python('tools', altGet)).trim()).toBe(`p\nw é|${'x'.repeat(300)}`)
  })

  thorough("what uv's login kept, by uv's own word", async () => {
    const { bring, get, run, path } = await withFiles({})
    const uv = (...words: string[]) => run(client('tools', 'uv'), ['auth', ...words])
    const server = 'https://uv.example.com'
    await uv('login', server, '--username', 'alice', '--password', 'p"w é')
    await uv('login', 'https://t.example.com', '--token', 'tok123')
    expect((await uv('token', server, '--username', 'alice')).stdout).toBe('p"w é\n')
    expect(await bring('--yes')).toMatchObject({ exitCode: 0 })
    expect(await get('https://uv.example.com/', 'alice')).toBe('p"w é\n')
    expect(await get('https://t.example.com/', '__token__')).toBe('tok123\n')
    expect(existsSync(path('data/uv/credentials/credentials.toml'))).toBe(false)
    expect((await uv('token', server, '--username', 'alice')).exitCode).not.toBe(0)
    expect(await bring('--undo', '--yes')).toMatchObject({ exitCode: 0 })
    expect((await uv('token', server, '--username', 'alice')).stdout).toBe('p"w é\n')
  })

  thoroughly(needsPrograms('flock'))('with flock', () => {
    thorough('uv waits for the lock under which its file is changed', async () => {
      const { env, run, path, read } = await withFiles({})
      const name = 'data/uv/credentials/credentials.toml'
      const uv = (service: string) => {
        const words = ['auth', 'login', service, '--username', 'a', '--password', 'p']
        return run(client('tools', 'uv'), words, { env: { ...env, UV_LOCK_TIMEOUT: '1' } })
      }
      await uv('https://first.example.com')
      const machine = testMachine(path('home'), { env, program: (program) => programOnPath(program, usualPath) })
      const lock = `${path(name)}.lock`
      const outcome = await whileFlocked(machine, { file: path(name), lock }, () => uv('https://b.example.com'))
      expect(outcome.exitCode).not.toBe(0)
      expect(outcome.stderr.toLowerCase()).toContain('lock')
      expect(read(name)).not.toContain('b.example.com')
      expect(await uv('https://b.example.com')).toMatchObject({ exitCode: 0 })
      expect(read(name)).toContain('b.example.com')
    })
  })

  thoroughly(describe)('nothing to move', () => {
    thorough.each([
      ['no files', {}],
      ['an empty one', { 'home/.pypirc': '' }],
      ['no passwords', { 'config/pip/pip.conf': '[global]\nindex-url = https://alice@pkgs.example.com/simple/\n' }],
      ['an @ behind the host', { 'config/pip/pip.conf': '[global]\nindex-url = https://pkgs.example.com:8443/@x/\n' }],
      ['no base64', { 'data/python_keyring/keyring_pass.cfg': '[a_2]\nb = !!\n' }],
    ])('%s', async (_, files) => {
      const { bring } = await withFiles(files)
      expect(await bring('--yes')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('no plain secrets') })
    })

    thorough('a file that is not TOML is named, and none of it shown', async () => {
      const { bring } = await withFiles({ 'data/uv/credentials/credentials.toml': 'password = s3cret\n' })
      const outcome = await bring('--yes')
      expect(outcome).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('credentials.toml is not TOML') })
      expect(outcome.stderr).not.toContain('s3cret')
    })
  })
})
