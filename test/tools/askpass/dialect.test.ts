import { beforeEach, describe, expect, test } from 'vitest'
import { parseAddress, serviceName } from '../../../src/core/endpoint.ts'
import { Failure } from '../../../src/core/failure.ts'
import { hint } from '../../../src/core/hint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { askpass } from '../../../src/tools/askpass/dialect.ts'
import { git } from '../../../src/tools/git/dialect.ts'
import { conversation } from '../conversation.ts'

let talk = conversation()
let asked: string[] = []
beforeEach(() => {
  talk = conversation()
  asked = []
})

const trusting = askpass(async () => {})

const typing = (answer: string) => async (question: string) => {
  asked.push(question)
  return new Secret(answer)
}

/** Somebody at a terminal types this answer; absent: there is no terminal. */
const say = (prompt: string, answer?: string, env: Record<string, string> = {}, dialect = trusting) =>
  talk.say(dialect, [prompt], '', { env, ...(answer === undefined ? {} : { ask: typing(answer) }) })

const set = (url: string, account: string, secret: string, kind: 'basic' | 'bearer' | 'header' = 'basic') =>
  talk.broker.save({ endpoint: parseAddress(url), account, owner: 'person', kind, secret: new Secret(secret) })

const at = "'https://git.example.com': "
const answered = (line: string) => ({ stdout: `${line}\n`, stderr: '', exitCode: 0 })

describe('git', () => {
  test('is answered the user name, then the password', async () => {
    await set('https://git.example.com', 'alice', 'p w=1')
    expect(await say(`Username for ${at}`)).toEqual(answered('alice'))
    expect(await say("Password for 'https://alice@git.example.com': ")).toEqual(answered('p w=1'))
    expect(asked).toEqual([])
  })

  test('is answered what git stored itself', async () => {
    await talk.say(git, 'store', 'protocol=https\nhost=git.example.com\nusername=bob\npassword=own\n')
    expect(await say(`Username for ${at}`)).toEqual(answered('bob'))
    expect(await say("Password for 'https://bob@git.example.com': ")).toEqual(answered('own'))
  })

  test('is answered a token with a user name that stands for none', async () => {
    await set('https://git.example.com', '', 'token', 'bearer')
    expect(await say(`Username for ${at}`)).toEqual(answered('oauth2'))
    expect(await say("Password for 'https://oauth2@git.example.com': ")).toEqual(answered('token'))
  })

  test('gets nobody else’s password', async () => {
    await set('https://git.example.com', 'alice', 'secret')
    expect(await say("Password for 'https://bob@git.example.com': ", 'typed')).toEqual(answered('typed'))
    expect(await say("Password for 'https://git.example.com': ", 'typed')).toEqual(answered('typed'))
    expect(await say("Password for 'http://alice@git.example.com': ", 'typed')).toEqual(answered('typed'))
    expect(await say("Password for 'https://alice@git.example.com:8443': ", 'typed')).toEqual(answered('typed'))
    expect(await say("Password for 'https://alice@git.example.com/team': ", 'typed')).toEqual(answered('typed'))
    expect(await say("Password for 'https://alice@a.git.example.com': ", 'typed')).toEqual(answered('typed'))
    expect(asked).toHaveLength(6)
  })

  test('is not answered what it has ended', async () => {
    await set('https://git.example.com', 'alice', 'refused')
    await talk.say(git, 'erase', 'protocol=https\nhost=git.example.com\nusername=alice\npassword=refused\n')
    expect(await say(`Username for ${at}`, 'alice')).toEqual(answered('alice'))
    expect(await say("Password for 'https://alice@git.example.com': ", 'new')).toEqual(answered('new'))
    expect(asked).toEqual([`Username for ${at}`, "Password for 'https://alice@git.example.com': "])
  })

  test('two accounts and nothing to choose by: the person says', async () => {
    for (const account of ['alice', 'bob']) {
      await talk.store.save(
        { tool: 'x', personPresent: false },
        {
          endpoint: parseAddress('https://git.example.com'),
          account,
          owner: 'docker',
          kind: 'basic',
          secret: new Secret(account),
        },
      )
    }
    expect(await say(`Username for ${at}`, 'bob')).toEqual(answered('bob'))
    expect(asked).toEqual([`Username for ${at}`])
    expect(await say("Password for 'https://bob@git.example.com': ")).toEqual(answered('bob'))
  })

  test('an expired password is none', async () => {
    await talk.store.save(
      { tool: 'x', personPresent: false },
      {
        endpoint: parseAddress('https://git.example.com'),
        account: 'alice',
        owner: 'git',
        kind: 'basic',
        secret: new Secret('old'),
        refreshToken: new Secret('refresh'),
        expires: talk.seconds() - 10,
      },
    )
    expect(await say("Password for 'https://alice@git.example.com': ", 'new')).toEqual(answered('new'))
  })

  test('a password that is kept without a user name goes with the name that git’s helper answers', async () => {
    await set('https://git.example.com', '', 'secret')
    const helper = await talk.say(git, 'get', 'protocol=https\nhost=git.example.com\n')
    expect(helper.stdout).toBe('username=oauth2\npassword=secret\n')
    expect(await say(`Username for ${at}`)).toEqual(answered('oauth2'))
    expect(await say("Password for 'https://oauth2@git.example.com': ")).toEqual(answered('secret'))
  })

  test('a header value cannot be a password', async () => {
    await set('https://git.example.com', 'alice', 'x', 'header')
    expect(await say(`Username for ${at}`, 'bob')).toEqual(answered('bob'))
  })

  test('a text of Python never answers', async () => {
    await talk.broker.save({
      endpoint: serviceName('https://git.example.com'),
      account: 'alice',
      owner: 'python',
      kind: 'text',
      secret: new Secret('text'),
    })
    expect(await say(`Username for ${at}`, 'bob')).toEqual(answered('bob'))
  })

  test.each(['a\nb', 'a\rb', 'a\0b'])('a value that one line cannot carry is broken: %j', async (secret) => {
    await set('https://git.example.com', 'alice', secret)
    expect(await say("Password for 'https://alice@git.example.com': ", 'typed')).toEqual({
      stdout: '',
      stderr:
        'credbridge: the stored value cannot be sent to git, which reads one line\n' +
        'hint: to replace it: credbridge set https://git.example.com alice\n',
      exitCode: 1,
    })
    expect(asked).toEqual([])
  })

  test('a broken store is broken: nobody is asked, and nothing is answered', async () => {
    talk.store.failOnce(new Failure('locked', 'the keyring is locked'))
    expect(await say(`Username for ${at}`, 'typed')).toEqual({
      stdout: '',
      stderr: 'credbridge: the keyring is locked\n',
      exitCode: 1,
    })
    expect(asked).toEqual([])
  })
})

describe('ssh', () => {
  const key = '/home/alice/.ssh/id_ed25519'

  test('is answered the passphrase of a key', async () => {
    await set(`ssh-key://${key}`, '', 'open sesame')
    expect(await say(`Enter passphrase for key '${key}': `)).toEqual(answered('open sesame'))
    expect(await say(`Enter passphrase for ${key}: `)).toEqual(answered('open sesame'))
    expect(await say(`Enter passphrase for key '${key}2': `, 'typed')).toEqual(answered('typed'))
  })

  test('is answered the password of a login', async () => {
    await set('ssh://host', 'alice', 's3cret')
    expect(await say("alice@host's password: ")).toEqual(answered('s3cret'))
    expect(await say("bob@host's password: ", 'typed')).toEqual(answered('typed'))
    expect(await say("alice@other's password: ", 'typed')).toEqual(answered('typed'))
  })

  test('a passphrase that is refused is asked of the person', async () => {
    await set(`ssh-key://${key}`, '', 'wrong')
    expect(await say(`Bad passphrase, try again for ${key}: `, 'right')).toEqual(answered('right'))
  })

  test('a longer passphrase than ssh reads is broken', async () => {
    await set(`ssh-key://${key}`, '', 'x'.repeat(1023))
    expect(await say(`Enter passphrase for ${key}: `)).toEqual(answered('x'.repeat(1023)))
    await set(`ssh-key://${key}`, '', `${'x'.repeat(1022)}é`)
    expect(await say(`Enter passphrase for ${key}: `, 'typed')).toMatchObject({ stdout: '', exitCode: 1 })
  })

  test('SSH_ASKPASS_PROMPT=confirm is a question for the person, whatever it says', async () => {
    await set(`ssh-key://${key}`, '', 'open sesame')
    const confirm = { SSH_ASKPASS_PROMPT: 'confirm' }
    expect(await say(`Allow use of key ${key}?\nKey fingerprint SHA256:x.`, 'yes', confirm)).toEqual(answered('yes'))
    expect(await say(`Allow use of key ${key}?\nKey fingerprint SHA256:x.`, 'no', confirm)).toEqual(answered('no'))
    expect(asked[0]).toBe(`Allow use of key ${key}? Key fingerprint SHA256:x. (yes/no): `)
    expect(await say(`Enter passphrase for ${key}: `, 'no', confirm)).toEqual(answered('no'))
  })

  test('nothing typed is no permission, though ssh would take it for one', async () => {
    expect(await say('Allow use of key k?', '', { SSH_ASKPASS_PROMPT: 'confirm' })).toMatchObject({
      stdout: '',
      exitCode: 1,
    })
    expect(await say('Allow use of key k?', undefined, { SSH_ASKPASS_PROMPT: 'confirm' })).toMatchObject({
      stdout: '',
      exitCode: 1,
    })
  })

  test('SSH_ASKPASS_PROMPT=none is only shown', async () => {
    await set(`ssh-key://${key}`, '', 'open sesame')
    const none = { SSH_ASKPASS_PROMPT: 'none' }
    const touch = 'Confirm user presence for key ED25519-SK\x1b[2J SHA256:x'
    expect(await say(touch, 'x', none)).toEqual({
      stdout: '',
      stderr: `${touch.replace('\x1b', '\uFFFD')}\n`,
      exitCode: 0,
    })
    expect(await say(`Enter passphrase for ${key}: `, 'x', none)).toMatchObject({ stdout: '' })
    expect(asked).toEqual([])
  })
})

describe('all other prompts', () => {
  const others = ['[sudo] password for alice: ', 'Password: ', '(alice@host) Password: ', "Password for 'x': ", '']

  test.each(others)('%j is asked of the person', async (prompt) => {
    expect(await say(prompt, 'typed')).toEqual(answered('typed'))
    expect(asked).toEqual([prompt])
  })

  test('a person may type nothing', async () => {
    expect(await say('Password: ', '')).toEqual(answered(''))
  })

  test('are shown on one line, without what moves a cursor', async () => {
    await say('Are you\r\nsure\x1b[31m\u202e? ', 'yes')
    expect(asked).toEqual(['Are you sure\uFFFD[31m\uFFFD? '])
  })

  test('without a terminal there is no answer', async () => {
    const nobody = async () => {
      throw new Failure('refused', 'there is no terminal to ask on', { hints: [hint`of no use here`] })
    }
    const asking = (prompt: string) => talk.say(trusting, [prompt], '', { ask: nobody })
    expect(await asking('[sudo] password for alice: ')).toEqual({
      stdout: '',
      stderr:
        'credbridge: there is no terminal to ask on\n' +
        'hint: run the command on a terminal: credbridge does not answer this prompt itself\n',
      exitCode: 1,
    })
    expect((await asking("alice@host's password: ")).stderr).toBe(
      'credbridge: there is no terminal to ask on\nhint: credbridge set ssh://host alice\n',
    )
    expect((await asking(`Username for ${at}`)).stderr).toContain('hint: credbridge set https://git.example.com\n')
  })

  test.each([{ GIT_TERMINAL_PROMPT: '0' }, { CREDBRIDGE_PROMPT: 'never' }])('%j: nobody is asked', async (env) => {
    expect(await say('Password: ', 'typed', env)).toMatchObject({ stdout: '', exitCode: 1 })
    await set('https://git.example.com', 'alice', 'secret')
    expect(await say(`Username for ${at}`, 'typed', env)).toEqual(answered('alice'))
    expect(asked).toEqual([])
  })

  test.each([[[]], [['a', 'b']]])('%j is no prompt', async (words) => {
    expect(await talk.say(trusting, words, '', { ask: typing('typed') })).toMatchObject({ stdout: '', exitCode: 1 })
    expect(asked).toEqual([])
  })
})

test.each(['git', 'ssh'])(
  'a prompt of %s that somebody else may have worded is asked of the person',
  async (program) => {
    const questions: string[] = []
    const doubting = askpass(async (whose) => {
      questions.push(whose)
      throw new Failure('refused', 'a server may have worded this prompt')
    })
    await set('ssh://host', 'alice', 's3cret')
    await set('https://git.example.com', 'alice', 's3cret')
    const prompt = program === 'git' ? `Username for ${at}` : "alice@host's password: "
    expect(await say(prompt, 'typed', {}, doubting)).toEqual(answered('typed'))
    expect({ asked, questions }).toEqual({ asked: [prompt], questions: [program] })
    // To keep another one is no remedy.
    expect((await say(prompt, undefined, { CREDBRIDGE_PROMPT: 'never' }, doubting)).stderr).toBe(
      'credbridge: nobody is asked, because of CREDBRIDGE_PROMPT=never\n' +
        'hint: run the command on a terminal: credbridge does not answer this prompt itself\n',
    )
  },
)
