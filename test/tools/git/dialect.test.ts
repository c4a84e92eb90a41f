import { beforeEach, describe, expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Failure } from '../../../src/core/failure.ts'
import { hint } from '../../../src/core/hint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { git } from '../../../src/tools/git/dialect.ts'
import { someone } from '../../asker.ts'
import { conversation } from '../conversation.ts'

let talk = conversation()
beforeEach(() => {
  talk = conversation()
})

const silent = { stdout: '', stderr: '', exitCode: 0 }
const at = 'protocol=https\nhost=git.example.com\n'
const alice = `${at}username=alice\npassword=pw=1= \n`

async function get(input: string) {
  return (await talk.say(git, 'get', input)).stdout
}

describe('store, then get', () => {
  test('gives exactly what was stored, to the byte', async () => {
    expect(await talk.say(git, 'store', alice)).toEqual(silent)
    expect(await talk.say(git, 'get', at)).toEqual({ ...silent, stdout: 'username=alice\npassword=pw=1= \n' })
  })

  test('nothing stored: an empty reply', async () => {
    expect(await talk.say(git, 'get', at)).toEqual(silent)
  })

  test('an empty user name and an empty password are values', async () => {
    await talk.say(git, 'store', `${at}username=\npassword=\n`)
    expect(await get(at)).toBe('username=\npassword=\n')
    expect(await get(`${at}username=\n`)).toBe('username=\npassword=\n')
    expect(await get(`${at}username=alice\n`)).toBe('')
  })

  test('unknown keys and capabilities are ignored, order does not matter', async () => {
    await talk.say(
      git,
      'store',
      `wwwauth[]=Basic\nfuture=1\npassword=p\nusername=u\nhost=git.example.com\nprotocol=https\nstate[]=x:1\ncapability[]=y\n`,
    )
    expect(await get(`capability[]=zzz\nwwwauth[]=Basic realm="x"\n${at}`)).toBe('username=u\npassword=p\n')
  })

  test('the last of a repeated key counts', async () => {
    await talk.say(git, 'store', `${alice}password=second\n`)
    expect(await get(at)).toBe('username=alice\npassword=second\n')
  })

  test.each([
    ['host in capitals', 'protocol=HTTPS\nhost=Git.Example.COM\n'],
    ['the default port', 'protocol=https\nhost=git.example.com:443\n'],
    ['as a url', 'url=https://git.example.com\n'],
    ['a url forgets what came before', 'protocol=http\nhost=x\npath=p\nusername=bob\nurl=https://git.example.com/\n'],
    ['CRLF', 'protocol=https\r\nhost=git.example.com\r\n'],
    ['no LF at the end', 'protocol=https\nhost=git.example.com'],
    ['an empty line ends it', `${at}\nusername=bob\n`],
  ])('is found with %s', async (_how, input) => {
    await talk.say(git, 'store', alice)
    expect(await get(input)).toBe('username=alice\npassword=pw=1= \n')
  })

  test.each([
    ['http', 'protocol=http\nhost=git.example.com\n'],
    ['another port', 'protocol=https\nhost=git.example.com:8443\n'],
    ['a subdomain', 'protocol=https\nhost=a.git.example.com\n'],
    ['the parent domain', 'protocol=https\nhost=example.com\n'],
    ['a look-alike', 'protocol=https\nhost=git.example.com.evil.example.com\n'],
    ['another user', `${at}username=bob\n`],
    ['a path', `${at}path=team/repo\n`],
  ])('is not found with %s', async (_how, input) => {
    await talk.say(git, 'store', alice)
    expect(await get(input)).toBe('')
  })

  test('a path must match exactly', async () => {
    await talk.say(git, 'store', `${at}path=team/repo 1%.git\nusername=u\npassword=p\n`)
    expect(await get(`${at}path=team/repo 1%.git\n`)).toBe('username=u\npassword=p\n')
    expect(await get(`url=https://git.example.com/team/repo%201%25.git\n`)).toBe('username=u\npassword=p\n')
    for (const other of ['path=team\n', 'path=team/repo 1%.git/x\n', 'path=Team/repo 1%.git\n', ''])
      expect(await get(at + other)).toBe('')
  })

  test.each([
    ['certificates', 'protocol=cert\nhost=\npath=/home/u/c.pem\nusername=\n'],
    ['mail out', 'protocol=smtp\nhost=smtp.example.com:587\nusername=u\n'],
    ['mail in', 'protocol=imaps\nhost=imap.example.com:993\nusername=u\n'],
    ['a proxy', 'protocol=http\nhost=proxy.example.com:3128\nusername=u\n'],
    ['IPv6', 'protocol=https\nhost=[::1]:8443\nusername=u\n'],
  ])('serves %s', async (_what, request) => {
    await talk.say(git, 'store', `${request}password=p\n`)
    expect(await get(request)).toMatch(/^username=u?\npassword=p\n$/)
  })
})

describe('two accounts', () => {
  beforeEach(async () => {
    await talk.say(git, 'store', alice)
    await talk.say(git, 'store', `${at}username=bob\npassword=b\n`)
  })

  test('each is found by its name', async () => {
    expect(await get(`${at}username=bob\n`)).toBe('username=bob\npassword=b\n')
    expect(await get(`${at}username=alice\n`)).toBe('username=alice\npassword=pw=1= \n')
  })

  test('without a user name the one saved last answers; an unchanged save does not change that', async () => {
    expect(await get(at)).toBe('username=bob\npassword=b\n')
    await talk.say(git, 'store', alice)
    expect(await get(at)).toBe('username=bob\npassword=b\n')
    await talk.say(git, 'store', `${at}username=alice\npassword=new\n`)
    expect(await get(at)).toBe('username=alice\npassword=new\n')
  })

  test('the default is preferred', async () => {
    await (await talk.broker.personActions()).setDefault(parseAddress('https://git.example.com'), 'alice')
    expect(await get(at)).toBe('username=alice\npassword=pw=1= \n')
  })

  test('erasing one leaves the other', async () => {
    await talk.say(git, 'erase', `${at}username=bob\npassword=b\n`)
    expect(await get(at)).toBe('username=alice\npassword=pw=1= \n')
  })

  test('erasing without a name takes both', async () => {
    await talk.say(git, 'erase', at)
    expect(await get(at)).toBe('')
  })
})

test('several borrowed accounts without a default: git gets no answer', async () => {
  for (const account of ['a', 'b']) {
    await talk.broker.save({
      endpoint: parseAddress('https://git.example.com'),
      account,
      owner: 'docker',
      kind: 'basic',
      secret: new Secret('x'),
    })
  }
  expect(await talk.say(git, 'get', at)).toEqual(silent)
})

describe('store does not save a credential', () => {
  test.each([
    ['ephemeral', `${at}username=u\npassword=p\nephemeral=1\n`],
    ['already expired', `${at}username=u\npassword=p\npassword_expiry_utc=1000\n`],
    ['without a password', `${at}username=u\n`],
    ['without a user', `${at}password=p\n`],
  ])('%s', async (_what, input) => {
    expect(await talk.say(git, 'store', input)).toEqual(silent)
    expect(await talk.store.list(someone)).toEqual([])
  })
})

describe('expiry and refresh', () => {
  test('both come back', async () => {
    const later = talk.seconds() + 3600
    await talk.say(git, 'store', `${alice}password_expiry_utc=${later}\noauth_refresh_token=r=1\n`)
    expect(await get(at)).toBe(
      `username=alice\npassword=pw=1= \npassword_expiry_utc=${later}\noauth_refresh_token=r=1\n`,
    )
  })

  test('an expired secret is withheld, its refresh token is not', async () => {
    await talk.say(git, 'store', `${alice}password_expiry_utc=${talk.seconds() + 60}\noauth_refresh_token=r\n`)
    talk.wait(61_000)
    expect(await get(at)).toBe('username=alice\noauth_refresh_token=r\n')
  })

  test('an expired secret without a refresh token is absent', async () => {
    await talk.say(git, 'store', `${alice}password_expiry_utc=${talk.seconds() + 60}\n`)
    talk.wait(61_000)
    expect(await get(at)).toBe('')
  })

  test.each(['', '0', '99999999999999999999', 'soon'])('expiry %j means never', async (value) => {
    await talk.say(git, 'store', `${alice}password_expiry_utc=${value}\n`)
    talk.wait(1e12)
    expect(await get(at)).toBe('username=alice\npassword=pw=1= \n')
  })
})

describe('authtype', () => {
  const capable = `capability[]=authtype\n${at}`

  test('a bearer token without a user name', async () => {
    await talk.say(git, 'store', `${capable}authtype=Bearer\ncredential=tok\n`)
    expect(await get(capable)).toBe('capability[]=authtype\nauthtype=Bearer\ncredential=tok\n')
  })

  test('another scheme, a user name, in its own spelling', async () => {
    await talk.say(git, 'store', `${capable}authtype=negotiate\ncredential=xyz==\nusername=u\n`)
    expect(await get(capable)).toBe('capability[]=authtype\nusername=u\nauthtype=negotiate\ncredential=xyz==\n')
  })

  test('only a client with the capability gets it', async () => {
    await talk.say(git, 'store', `${capable}authtype=Bearer\ncredential=tok\n`)
    expect(await get(at)).toBe('')
    expect(await get(`capability[]=authtype\ncapability[]=\n${at}`)).toBe('')
  })

  test.each([undefined, ''])('a header of scheme %j is an error, not another kind', async (scheme) => {
    await talk.broker.save({
      endpoint: parseAddress('https://git.example.com'),
      account: '',
      owner: 'person',
      kind: 'header',
      secret: new Secret('Token x'),
      ...(scheme === undefined ? {} : { scheme }),
    })
    expect(await talk.say(git, 'get', capable)).toMatchObject({ stdout: '', exitCode: 1 })
  })

  test('erase compares the credential', async () => {
    await talk.say(git, 'store', `${capable}authtype=Bearer\ncredential=tok\n`)
    await talk.say(git, 'erase', `${capable}authtype=Bearer\ncredential=old\n`)
    expect(await get(capable)).toContain('credential=tok')
    await talk.say(git, 'erase', `${capable}authtype=Bearer\ncredential=tok\n`)
    expect(await get(capable)).toBe('')
  })
})

describe('state', () => {
  const capable = `capability[]=authtype\ncapability[]=state\n${at}`

  test('an answer that git stores unchanged causes no lookup', async () => {
    await talk.say(git, 'store', alice)
    const answered = await get(capable)
    expect(answered).toMatch(
      /^capability\[\]=state\nusername=alice\npassword=pw=1= \nstate\[\]=credbridge:seen=[0-9a-f]{16}\n$/,
    )
    talk.store.failOnce(new Failure('locked', 'not to be asked'))
    expect(await talk.say(git, 'store', `${capable}state[]=other:x\n${answered}`)).toEqual(silent)
  })

  test.each([
    ['another password', 'password=new'],
    ['another user', 'username=bob'],
    ['an expiry', 'password_expiry_utc=4000000000'],
    ['a refresh token', 'oauth_refresh_token=r'],
    ['another credential', 'authtype=Bearer\ncredential=c'],
  ])('%s that another helper put in its place is stored', async (_what, changed) => {
    await talk.say(git, 'store', alice)
    const answered = await get(capable)
    const before = JSON.stringify(await talk.store.list(someone))
    await talk.say(git, 'store', `${capable}${answered}${changed}\n`)
    expect(JSON.stringify(await talk.store.list(someone))).not.toBe(before)
  })

  test('a client without the capability gets none; an empty value clears the list', async () => {
    await talk.say(git, 'store', alice)
    expect(await get(at)).not.toContain('state')
    const answered = await get(capable)
    talk.store.failOnce(new Failure('locked', 'asked'))
    expect((await talk.say(git, 'store', `${capable}${answered}state[]=\n`)).exitCode).toBe(1)
  })
})

describe('erase', () => {
  test('with the password that is stored', async () => {
    await talk.say(git, 'store', alice)
    expect(await talk.say(git, 'erase', alice)).toEqual(silent)
    expect(await get(at)).toBe('')
  })

  test('with an older password leaves the newer one', async () => {
    await talk.say(git, 'store', alice)
    await talk.say(git, 'erase', `${at}username=alice\npassword=older\n`)
    expect(await get(at)).toBe('username=alice\npassword=pw=1= \n')
  })

  test('of an absent credential is not an error', async () => {
    expect(await talk.say(git, 'erase', alice)).toEqual(silent)
  })

  test('with the password can be undone for a day', async () => {
    await talk.say(git, 'store', alice)
    await talk.say(git, 'erase', alice)
    talk.wait(23 * 3_600_000)
    expect(
      (await (await talk.broker.restorable()).restore(parseAddress('https://git.example.com'))).back[0]?.account,
    ).toBe('alice')
    expect(await get(at)).toBe('username=alice\npassword=pw=1= \n')
    expect((await (await talk.broker.restorable()).restore(parseAddress('https://git.example.com'))).back).toEqual([])
  })

  test('after a day it is gone, and deleted at the next write', async () => {
    await talk.say(git, 'store', alice)
    await talk.say(git, 'erase', alice)
    talk.wait(25 * 3_600_000)
    expect((await (await talk.broker.restorable()).restore(parseAddress('https://git.example.com'))).back).toEqual([])
    expect(await talk.store.list(someone)).toHaveLength(1)
    await talk.say(git, 'store', 'protocol=https\nhost=other.example.com\nusername=u\npassword=p\n')
    expect((await talk.store.list(someone)).map(({ endpoint }) => endpoint.key)).toEqual(['https://other.example.com'])
  })

  test('without a password is final at once, the copy included', async () => {
    await talk.say(git, 'store', alice)
    await talk.say(git, 'erase', alice)
    await talk.say(git, 'store', alice)
    await talk.say(git, 'erase', `${at}username=alice\n`)
    expect(await talk.store.list(someone)).toEqual([])
  })

  test('no dialect reads the copy', async () => {
    await talk.say(git, 'store', alice)
    await talk.say(git, 'erase', alice)
    expect(await talk.store.list(someone)).toHaveLength(1)
    expect(await get(at)).toBe('')
  })

  test('a restore does not replace a newer sign-in', async () => {
    await talk.say(git, 'store', alice)
    await talk.say(git, 'erase', alice)
    await talk.say(git, 'store', `${at}username=alice\npassword=new\n`)
    await expect(
      (await talk.broker.restorable()).restore(parseAddress('https://git.example.com')),
    ).rejects.toMatchObject({
      code: 'refused',
    })
    expect(await get(at)).toBe('username=alice\npassword=new\n')
  })
})

describe('verbs', () => {
  test.each(['', 'frobnicate', 'get2', '--help', 'list'])('%j is ignored', async (verb) => {
    expect(await talk.say(git, verb, '\0garbage')).toEqual(silent)
  })

  test('capability', async () => {
    expect((await talk.say(git, 'capability')).stdout).toBe('version 0\ncapability authtype\ncapability state\n')
  })
})

describe('bad input', () => {
  const sentinel = 'sentinel-5f1c'
  const secret = `username=alice\npassword=${sentinel}\n`
  test.each([
    ['no protocol', `host=git.example.com\n${secret}`],
    ['no host', `protocol=https\n${secret}`],
    ['an empty host', `protocol=https\nhost=\n${secret}`],
    ['an empty protocol', `protocol=\nhost=git.example.com\n${secret}`],
    ['nothing at all', ''],
    ['a CR in a value', `${at}username=\rhost=github.com\r\npassword=${sentinel}\n`],
    ['a CR in a key', `${at}user\rname=x\n${secret}`],
    ['a NUL', `${at}username=a\0b\npassword=${sentinel}\n`],
    ['a line without =', `${at}${secret}password${sentinel}\n`],
    ['a line without a key', `${at}${secret}=${sentinel}\n`],
    ['a host with a path', `protocol=https\nhost=git.example.com/x\n${secret}`],
    ['a host with a user', `protocol=https\nhost=x@git.example.com\n${secret}`],
    ['a host with a space', `protocol=https\nhost=git.example.com x\n${secret}`],
    ['a port that is none', `protocol=https\nhost=git.example.com:99999\n${secret}`],
    ['a url with an encoded line break', `url=https://x%0ahost=y@git.example.com/\n${secret}`],
    ['a url with an encoded CR', `url=https://x%0d@git.example.com/\n${secret}`],
    ['a url without a scheme', `url=git.example.com\n${secret}`],
    ['a boolean that is none', `${at}${secret}ephemeral=maybe\n`],
    ['a line over 64 KiB', `${at}username=alice\npassword=${sentinel.repeat(6000)}\n`],
    ['a protocol with a slash', `protocol=https://x\nhost=git.example.com\n${secret}`],
  ])('%s: nothing on stdout, nothing stored, nothing repeated', async (_what, input) => {
    for (const verb of ['get', 'store', 'erase']) {
      const reply = await talk.say(git, verb, input)
      expect(reply).toMatchObject({ stdout: '', exitCode: 1 })
      expect(reply.stderr).toMatch(/^credbridge: [^\n]+\n(hint: [^\n]+\n)*$/)
      expect(reply.stderr).not.toContain(sentinel)
    }
    expect(await talk.store.list(someone)).toEqual([])
  })

  test('invalid UTF-8', async () => {
    const input = Buffer.concat([Buffer.from(at), Buffer.of(0x75, 0x3d, 0xff, 0x0a)])
    expect(await talk.say(git, 'store', input)).toMatchObject({ stdout: '', exitCode: 1 })
  })

  test('a stored secret that cannot be sent to git is an error, not absent', async () => {
    await talk.broker.save({
      endpoint: parseAddress('https://git.example.com'),
      account: 'a',
      owner: 'person',
      kind: 'basic',
      secret: new Secret(`x\npassword=${sentinel}`),
    })
    const reply = await talk.say(git, 'get', at)
    expect(reply).toMatchObject({ stdout: '', exitCode: 1 })
    expect(reply.stderr).not.toContain(sentinel)
  })
})

describe('a store that is broken', () => {
  test.each(['locked', 'unavailable', 'timeout', 'refused', 'internal'] as const)(
    '%s is reported; nothing is answered and nothing is lost',
    async (code) => {
      await talk.say(git, 'store', alice)
      for (const verb of ['get', 'store', 'erase']) {
        talk.store.failOnce(new Failure(code, 'the store is broken', { hints: [hint`mend it`] }))
        expect(await talk.say(git, verb, alice)).toEqual({
          stdout: '',
          stderr: 'credbridge: the store is broken\nhint: mend it\n',
          exitCode: 1,
        })
      }
      expect(await get(at)).toBe('username=alice\npassword=pw=1= \n')
    },
  )
})
