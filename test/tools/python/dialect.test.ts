import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { parseAddress, serviceName } from '../../../src/core/endpoint.ts'
import { Failure } from '../../../src/core/failure.ts'
import { hint } from '../../../src/core/hint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { keyring } from '../../../src/tools/python/dialect.ts'
import { someone } from '../../asker.ts'
import { conversation } from '../conversation.ts'

const usage = `usage: keyring [-h] [-p KEYRING_PATH] [-b KEYRING_BACKEND] [--list-backends]
               [--disable] [--mode {password,creds}] [--output {plain,json}]
               [--print-completion {bash,zsh,tcsh}]
               [{get,set,del,diagnose}] [service] [username]
`

const nothing = { stdout: '', stderr: '', exitCode: 0 }
const absent = { stdout: '', stderr: '', exitCode: 1 }
const prints = (stdout: string) => ({ stdout, stderr: '', exitCode: 0 })
const wrong = (message: string) => ({ stdout: '', stderr: `${usage}keyring: error: ${message}\n`, exitCode: 2 })

let talk: ReturnType<typeof conversation>
let env: Record<string, string>

beforeEach(() => {
  talk = conversation()
  env = {}
})

/** Words as a shell would split them, `''` for the empty one. */
function say(line: string | readonly string[], input: string | Uint8Array = '', typed?: string, platform = 'linux') {
  const words = typeof line === 'string' ? line.split(' ').map((word) => (word === "''" ? '' : word)) : line
  const machine = { platform, home: '/home/alice' }
  const ask =
    typed === undefined
      ? undefined
      : async (question: string) => {
          asked.push(question)
          return new Secret(typed)
        }
  return talk.say(keyring(machine), line === '' ? [] : words, input, { env, ...(ask === undefined ? {} : { ask }) })
}
const asked: string[] = []

describe('get', () => {
  beforeEach(async () => {
    expect(await say('set https://pkgs.example.com/simple/ alice', 'pw1\n')).toEqual(nothing)
    expect(await say("set sys ''", 'empty user\n')).toEqual(nothing)
    expect(await say('set sys bob', 'é😀"\\\u007f\n\n')).toEqual(nothing)
  })

  test.each([
    ['get sys bob', 'é😀"\\\u007f\n\n'],
    ["get sys ''", 'empty user\n'],
    ['--mode creds get sys bob', 'bob\né😀"\\\u007f\n\n'],
    ['get sys --mode=creds bob', 'bob\né😀"\\\u007f\n\n'],
    ['get --mode creds sys bob', 'bob\né😀"\\\u007f\n\n'],
    ['get --mo creds --out=plain sys bob', 'bob\né😀"\\\u007f\n\n'],
    ['--output json get sys bob', '{"password": "\\u00e9\\ud83d\\ude00\\"\\\\\\u007f\\n"}\n'],
    [
      'get sys bob --mode creds --output=json',
      '{"username": "bob", "password": "\\u00e9\\ud83d\\ude00\\"\\\\\\u007f\\n"}\n',
    ],
    ['--mode=creds --output=json get https://pkgs.example.com/simple/', '{"username": "alice", "password": "pw1"}\n'],
    ["--mode=creds get https://pkgs.example.com/simple/ ''", 'alice\npw1\n'],
    ['get https://pkgs.example.com/simple/ --mode creds', 'alice\npw1\n'],
    ['-p /nowhere get https://pkgs.example.com/simple/ alice', 'pw1\n'],
    ['-b credbridge_keyring.Keyring get https://pkgs.example.com/simple/ alice', 'pw1\n'],
    ['-bcredbridge_keyring.Keyring get -- https://pkgs.example.com/simple/ alice', 'pw1\n'],
  ])('%s', async (line, stdout) => expect(await say(line)).toEqual(prints(stdout)))

  test.each([
    'get sys carol',
    'get other bob',
    '--mode creds get other',
    '--mode creds --output json get other',
    '--mode creds get sys carol',
    'get https://pkgs.example.com/simple/ bob',
    'get -- -other alice',
    'get -1 alice',
    'get -1x alice',
    'get -2.5e-6 -.5_j',
    'get -٣ alice',
  ])('%s: a miss is silent', async (line) => expect(await say(line)).toEqual(absent))

  test.each([
    ['', 'Specify operation (get, set, del, diagnose).'],
    ['get', 'get requires service and username'],
    ['get sys', 'get requires service and username'],
    ['get --mode creds', 'get requires service'],
    ['set sys', 'set requires service and username'],
    ['--mode creds set sys', 'set requires service and username'],
    ['del sys', 'del requires service and username'],
    ['frobnicate', "argument operation: invalid choice: 'frobnicate' (choose from get, set, del, diagnose)"],
    [["it's"], `argument operation: invalid choice: "it's" (choose from get, set, del, diagnose)`],
    [
      ['a\u0007\u200b\n'],
      "argument operation: invalid choice: 'a\\x07\\u200b\\n' (choose from get, set, del, diagnose)",
    ],
    ['get sys bob extra', 'unrecognized arguments: extra'],
    ['get sys bob extra --bogus -xyz', 'unrecognized arguments: extra --bogus -xyz'],
    ['get sys --bogus=1 bob', 'unrecognized arguments: --bogus=1'],
    ['get -x1 bob', 'unrecognized arguments: -x1'],
    [
      '-=x get sys bob',
      'ambiguous option: -=x could match -h, --help, -p, --keyring-path, -b, --keyring-backend, --list-backends, --disable, --mode, --output, --print-completion',
    ],
    [['get', 'sys', 'bob', '\u001b[31m'], 'unrecognized arguments: \uFFFD[31m'],
    ['--mode', 'argument --mode: expected one argument'],
    ['--mode -- creds', 'argument --mode: expected one argument'],
    ['--mode get', "argument --mode: invalid choice: 'get' (choose from password, creds)"],
    ['--output=xml get a b', "argument --output: invalid choice: 'xml' (choose from plain, json)"],
    ['-p', 'argument -p/--keyring-path: expected one argument'],
    ['--keyring x get a b', 'ambiguous option: --keyring could match --keyring-path, --keyring-backend'],
    ['--disable=x', "argument --disable: ignored explicit argument 'x'"],
    ['-h=x', "argument -h/--help: ignored explicit argument 'x'"],
    ['-b no.Such get a b', 'Unable to load specified keyring: credbridge has no backend no.Such'],
    ['-b no.Such', 'Unable to load specified keyring: credbridge has no backend no.Such'],
  ] as [string | string[], string][])('%s: wrong words', async (line, message) =>
    expect(await say(line)).toEqual(wrong(message)),
  )

  test('the longest service is looked for, not refused', async () => {
    expect(await say(['get', 'x'.repeat(100_000), 'alice'])).toEqual(absent)
    expect(await say(['get', `https://pkgs.example.com/${'x/'.repeat(30)}`, 'alice'])).toEqual(absent)
  })

  test('several accounts and no user: the one saved last', async () => {
    expect(await say('--mode creds get sys')).toEqual(prints('bob\né😀"\\\u007f\n\n'))
  })

  describe('several accounts, of which any will do for whoever names none', () => {
    const one = parseAddress('https://two.example.com')
    const save = (owner: string, account: string) =>
      talk.store.save(someone, { endpoint: one, account, owner, kind: 'basic', secret: new Secret(owner) })
    const found = () => say('--mode creds get https://two.example.com/simple/')

    test.each(['git', 'person'])('of others: the one saved last (%s)', async (owner) => {
      await save(owner, 'zoe')
      talk.wait(1)
      await save(owner, 'ben')
      expect(await found()).toEqual(prints(`ben\n${owner}\n`))
      talk.wait(1)
      await save(owner, 'zoe')
      expect(await found()).toEqual(prints(`zoe\n${owner}\n`))
    })

    test('saved at the same moment: the first by name', async () => {
      for (const account of ['zoe', 'ben']) await save('git', account)
      expect(await found()).toEqual(prints('ben\ngit\n'))
      const endpoint = serviceName('my service')
      for (const account of ['zoe', "o'brien"]) {
        await talk.store.save(someone, { endpoint, account, owner: 'python', kind: 'text', secret: new Secret('x') })
      }
      expect(await say(['--mode', 'creds', 'get', 'my service'])).toEqual(prints("o'brien\nx\n"))
    })

    test('a default goes before', async () => {
      for (const account of ['zoe', 'ben']) await save('git', account)
      await talk.store.save(someone, { endpoint: one, account: 'zoe', owner: 'credbridge', kind: 'default' })
      expect(await found()).toEqual(prints('zoe\ngit\n'))
    })
  })

  test('a locked store is a line and exit 1, never a miss', async () => {
    talk.store.failOnce(new Failure('locked', 'the keychain is locked', { hints: [hint`unlock it`] }))
    expect(await say('get sys bob')).toEqual({
      stdout: '',
      stderr: 'credbridge: the keychain is locked\nhint: unlock it\n',
      exitCode: 1,
    })
  })
})

describe('set', () => {
  test.each([
    ['pw\n', 'pw'],
    ['pw', 'pw'],
    ['pw\r\n', 'pw\r'],
    ['a\nb\n\n', 'a\nb\n'],
    [' \n', ' '],
    ['\u0000\u2028\n', '\u0000\u2028'],
  ])('%j loses one line end at most', async (input, kept) => {
    expect(await say('set sys bob', input)).toEqual(nothing)
    expect(await say('get sys bob')).toEqual(prints(`${kept}\n`))
    expect(await talk.store.find(someone, [serviceName('sys')])).toMatchObject([
      { owner: 'python', kind: 'text', account: 'bob' },
    ])
  })

  test.each(['', '\n'])(
    'nothing on standard input (%j) asks a person, who may mean the empty password',
    async (input) => {
      asked.length = 0
      expect(await say('set sys bob', input, '')).toEqual(nothing)
      expect(asked).toEqual(["Password for 'bob' in 'sys': "])
      expect(await say('get sys bob')).toEqual(prints('\n'))
    },
  )

  test('nothing on standard input and nobody there', async () => {
    expect(await say('set sys bob', '')).toEqual({
      stdout: '',
      stderr: 'credbridge: there is no terminal to ask on\n',
      exitCode: 1,
    })
    expect(await talk.store.list(someone)).toEqual([])
  })

  test('binary input is refused and nothing of it repeated', async () => {
    const outcome = await say('set sys bob', Uint8Array.of(0x73, 0xff, 0xfe, 0x0a))
    expect(outcome).toEqual({ stdout: '', stderr: 'credbridge: the input is not valid UTF-8\n', exitCode: 1 })
    expect(await talk.store.list(someone)).toEqual([])
  })

  test('writes the very service, whatever would answer for it', async () => {
    await say('set https://pkgs.example.com alice', 'old\n')
    await say('set https://pkgs.example.com/simple/ alice', 'new\n')
    expect(await say('get https://pkgs.example.com alice')).toEqual(prints('old\n'))
    expect(await say('get https://pkgs.example.com/simple/ alice')).toEqual(prints('new\n'))
  })

  test('a name that was no text, of which Node left replacement characters, is no name', async () => {
    const refused = { stdout: '', stderr: 'credbridge: a service or user name is not valid UTF-8\n', exitCode: 1 }
    expect(await say('set s\uFFFD bob', 'pw\n')).toEqual(refused)
    expect(await say('get sys \uFFFD')).toEqual(refused)
    expect(await say('--mode creds get \uFFFD')).toEqual(refused)
    expect(await say('del \uFFFD bob')).toEqual(refused)
    expect(await talk.store.list(someone)).toEqual([])
  })

  test('what looks like an item of ours comes back as it was', async () => {
    const text = 'credbridge:1:{"kind":"erased"}\nand more'
    await say('set sys bob', `${text}\n`)
    expect(await say('get sys bob')).toEqual(prints(`${text}\n`))
  })
})

describe('del', () => {
  const missing = { stdout: '', stderr: 'keyring.errors.PasswordDeleteError: No such password!\n', exitCode: 1 }

  test('removes that item and no other', async () => {
    await say('set https://pkgs.example.com/simple/ alice', 'pw\n')
    await say('set https://pkgs.example.com/simple/ bob', 'pw\n')
    expect(await say('del https://pkgs.example.com/simple alice')).toEqual(missing)
    expect(await say('del https://pkgs.example.com alice')).toEqual(missing)
    expect(await say('del https://pkgs.example.com/simple/ alice')).toEqual(nothing)
    expect(await say('get https://pkgs.example.com/simple/ alice')).toEqual(absent)
    expect(await say('get https://pkgs.example.com/simple/ bob')).toEqual(prints('pw\n'))
    expect(await say('del https://pkgs.example.com/simple/ alice')).toEqual(missing)
  })

  test('of what git saved ends the use, until the next set, and leaves it to git', async () => {
    const endpoint = parseAddress('https://pkgs.example.com')
    await talk.store.save(someone, {
      endpoint,
      account: 'alice',
      owner: 'git',
      kind: 'basic',
      secret: new Secret('gits'),
    })
    const service = 'https://pkgs.example.com/simple/'
    expect(await say(`get ${service} alice`)).toEqual(prints('gits\n'))
    expect(await say(`del ${service} alice`)).toEqual(nothing)
    expect(await say(`get ${service} alice`)).toEqual(absent)
    expect(await say('get https://pkgs.example.com/simple/six/ alice')).toEqual(absent)
    expect(await say('get https://pkgs.example.com/other/ alice')).toEqual(prints('gits\n'))
    expect(await say(`del ${service} alice`)).toEqual(missing)
    expect(await talk.store.find(someone, [endpoint])).toHaveLength(1)
    await say(`set ${service} alice`, 'own\n')
    expect(await say(`get ${service} alice`)).toEqual(prints('own\n'))
    await say(`del ${service} alice`)
    expect(await say(`get ${service} alice`)).toEqual(absent)
  })
})

describe('one login serves many services', () => {
  test.each([
    ['https://pkgs.example.com/simple/', 'https://pkgs.example.com/simple/'],
    ['https://pkgs.example.com/simple/', 'https://pkgs.example.com/simple'],
    ['https://pkgs.example.com/simple', 'https://pkgs.example.com/simple/'],
    ['https://pkgs.example.com/simple/', 'https://pkgs.example.com/simple/six/'],
    ['https://pkgs.example.com/simple', 'https://PkGs.example.com:443/simple/six/six-1.0.whl#sha256=00'],
    ['https://pkgs.example.com', 'https://pkgs.example.com/simple/'],
    ['https://pkgs.example.com/', 'https://pkgs.example.com/simple/'],
    ['https://PkGs.example.com/Simple', 'https://PkGs.example.com/Simple/'],
    ['pkgs.example.com', 'https://pkgs.example.com/simple/'],
    ['pkgs.example.com:8443', 'https://pkgs.example.com:8443/simple/'],
    ['pkgs.example.com:443', 'https://pkgs.example.com:443/simple/'],
    ['http://pkgs.example.com/simple/', 'http://pkgs.example.com/simple/six/'],
    ['pkgs.example.com', 'pkgs.example.com'],
  ])('saved for %s, found for %s', async (saved, asked) => {
    await say(`set ${saved} alice`, 'pw\n')
    expect(await say(`get ${asked} alice`)).toEqual(prints('pw\n'))
    expect(await say(`--mode creds get ${asked}`)).toEqual(prints('alice\npw\n'))
  })

  test.each([
    ['https://pkgs.example.com/simple/', 'pkgs.example.com'],
    ['https://pkgs.example.com/', 'pkgs.example.com'],
    ['https://pkgs.example.com/', 'http://pkgs.example.com/'],
    ['http://pkgs.example.com/', 'https://pkgs.example.com/'],
    ['pkgs.example.com', 'http://pkgs.example.com/simple/'],
    ['pkgs.example.com', 'https://pkgs.example.com:8443/simple/'],
    ['https://pkgs.example.com/', 'https://pkgs.example.com:8443/'],
    ['https://pkgs.example.com/', 'https://pkgs.example.com.evil.example.com/'],
    ['https://pkgs.example.com/', 'https://evil.example.com/https://pkgs.example.com/'],
    ['https://pkgs.example.com/', 'https://bob@pkgs.example.com/'],
    ['https://pkgs.example.com/sim', 'https://pkgs.example.com/simple'],
    ['https://pkgs.example.com/simple/six', 'https://pkgs.example.com/simple'],
    ['app://tenant', 'app://tenant/user'],
    ['PkGs.example.com', 'pkgs.example.com'],
  ])('saved for %s, not found for %s', async (saved, asked) => {
    await say(`set ${saved} alice`, 'pw\n')
    expect(await say(`get ${asked} alice`)).toEqual(absent)
    expect(await say(`--mode creds get ${asked}`)).toEqual(absent)
  })

  test('what others saved for that very origin, if it is a password', async () => {
    const save = (url: string, owner: string, kind: 'basic' | 'bearer' | 'docker-identity', secret: string) =>
      talk.store.save(someone, {
        endpoint: parseAddress(url),
        account: 'alice',
        owner,
        kind,
        secret: new Secret(secret),
      })
    await save('https://a.example.com', 'git', 'basic', 'gits')
    await save('https://b.example.com', 'docker', 'docker-identity', 'identity')
    await save('https://c.example.com', 'npm', 'bearer', 'token')
    await save('https://d.example.com/simple', 'person', 'basic', 'typed')
    await save('https://e.example.com', 'credbridge', 'basic', 'our own')
    expect(await say('get https://a.example.com/simple/ alice')).toEqual(prints('gits\n'))
    expect(await say('get https://d.example.com/simple/ alice')).toEqual(prints('typed\n'))
    for (const asked of [
      'a.example.com',
      'http://a.example.com/',
      'https://b.example.com/',
      'https://c.example.com/',
      'https://d.example.com/',
      'https://e.example.com/',
    ]) {
      expect(await say(`get ${asked} alice`)).toEqual(absent)
    }
  })

  test("Python's own come before what others saved", async () => {
    const endpoint = parseAddress('https://a.example.com/simple')
    await talk.store.save(someone, {
      endpoint,
      account: 'alice',
      owner: 'git',
      kind: 'basic',
      secret: new Secret('gits'),
    })
    await say('set https://a.example.com alice', 'own\n')
    expect(await say('get https://a.example.com/simple/ alice')).toEqual(prints('own\n'))
  })
})

describe('what needs no keychain', () => {
  test('diagnose', async () => {
    const rest = 'data root: /home/alice/.local/share/python_keyring\n'
    const usual = '/home/alice/.config/python_keyring/keyringrc.cfg'
    expect(await say('diagnose')).toEqual(prints(`config path: ${usual} (absent)\n${rest}`))
    const folder = mkdtempSync(join(tmpdir(), 'cb-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const config = join(folder, 'python_keyring', 'keyringrc.cfg')
    env['XDG_CONFIG_HOME'] = folder
    env['XDG_DATA_HOME'] = '/d'
    const there = 'data root: /d/python_keyring\n'
    expect(await say('diagnose')).toEqual(prints(`config path: ${config} (absent)\n${there}`))
    mkdirSync(dirname(config))
    writeFileSync(config, '')
    expect(await say('diagnose some words')).toEqual(prints(`config path: ${config}\n${there}`))
  })

  test('--list-backends', async () => {
    const all =
      'credbridge_keyring.Keyring (priority: 9)\nkeyring.backends.fail.Keyring (priority: 0)\nkeyring.backends.null.Keyring (priority: -1)\n'
    expect(await say('--list-backends')).toEqual(prints(all))
    expect(await say('get --list')).toEqual(prints(all))
  })

  test('--disable would switch off our own backend', async () => {
    expect(await say('--disable')).toEqual({
      stdout: '',
      stderr:
        "credbridge: this would turn off credbridge's own backend for Python\nhint: to have Python use its own keyrings again: credbridge setup python --undo\n",
      exitCode: 1,
    })
  })

  test.each(['bash', 'zsh'])('--print-completion %s', async (shell) => {
    const { stdout, ...rest } = await say(`--print-completion ${shell} get extra words here`)
    expect(rest).toEqual({ stderr: '', exitCode: 0 })
    expect(stdout).toContain('--keyring-backend')
  })

  test.each(['-h', '--help', 'get --he', '-hx', 'get extra words here and more -h'])('%s', async (line) => {
    const { stdout, ...rest } = await say(line)
    expect(rest).toEqual({ stderr: '', exitCode: 0 })
    expect(stdout.startsWith(`${usage}\npositional arguments:\n`)).toBe(true)
  })

  test('backends that keep nothing, by option and by environment', async () => {
    await say('set sys bob', 'pw\n')
    expect(await say('-b keyring.backends.null.Keyring get sys bob')).toEqual(absent)
    expect(await say('-b keyring.backends.null.Keyring del sys bob')).toEqual(nothing)
    env['PYTHON_KEYRING_BACKEND'] = 'keyring.backends.null.Keyring'
    expect(await say('get sys bob')).toEqual(absent)
    expect(await say('set sys bob', 'other\n')).toEqual(nothing)
    env['PYTHON_KEYRING_BACKEND'] = 'keyring.backends.fail.Keyring'
    expect(await say('get sys bob')).toEqual({
      stdout: '',
      stderr: 'keyring.errors.NoKeyringError: No recommended backend was available.\n',
      exitCode: 1,
    })
    env['PYTHON_KEYRING_BACKEND'] = 'keyrings.alt.file.PlaintextKeyring'
    expect(await say('get sys bob')).toMatchObject({ stdout: '', exitCode: 1 })
    expect(await say('-b credbridge_keyring.Keyring get sys bob')).toEqual(prints('pw\n'))
  })
})
