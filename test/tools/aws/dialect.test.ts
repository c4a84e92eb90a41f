import { expect, test } from 'vitest'
import { cloudKeys } from '../../../src/core/cloud-keys.ts'
import type { Credential } from '../../../src/core/credential.ts'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Failure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import { aws } from '../../../src/tools/aws/dialect.ts'
import { someone } from '../../asker.ts'
import { conversation } from '../conversation.ts'

const at = parseAddress('https://aws.amazon.com')
const [id, key, token] = ['AKIAEXAMPLE', 's3cret/+"', 't0ken=='].map((text) => new Secret(text)) as [
  Secret,
  Secret,
  Secret,
]
const longTerm: Credential = { endpoint: at, account: 'dev', owner: 'person', ...cloudKeys(id, key, undefined) }
const hint = (words: string) => `hint: credbridge set --kind cloud-keys ${words}\n`

async function holding(...items: readonly Credential[]) {
  const it = conversation()
  for (const item of items) await it.store.save(someone, item)
  return it
}

const answered = (stdout: string) => ({ stdout, stderr: '', exitCode: 0 })
const failed = (stderr: string) => ({ stdout: '', stderr, exitCode: 1 })

test('long-term keys', async () => {
  const it = await holding(longTerm)
  const json = '{"Version":1,"AccessKeyId":"AKIAEXAMPLE","SecretAccessKey":"s3cret/+\\""}\n'
  expect(await it.say(aws, 'dev')).toEqual(answered(json))
  expect(await it.say(aws, ['dev', 'https://AWS.amazon.com:443/'])).toEqual(answered(json))
  expect(await it.say(aws, [])).toEqual(answered(json))
})

test('temporary keys until they expire, then nothing', async () => {
  const it = await holding({ ...longTerm, ...cloudKeys(id, key, token), expires: Date.UTC(2026, 10, 21, 13) / 1000 })
  expect(await it.say(aws, 'dev')).toEqual(
    answered(
      `{"Version":1,"AccessKeyId":"AKIAEXAMPLE","SecretAccessKey":"s3cret/+\\"","SessionToken":"t0ken==","Expiration":"2026-11-21T13:00:00Z"}\n`,
    ),
  )
  it.wait(3600_000)
  const gone = 'credbridge: there are no cloud keys for dev at https://aws.amazon.com, or they have expired\n'
  expect(await it.say(aws, 'dev')).toEqual(failed(gone + hint('https://aws.amazon.com dev')))
})

test('only the account and the endpoint that are named', async () => {
  const other = parseAddress('https://s3.example.com:9000')
  const it = await holding(longTerm, { ...longTerm, endpoint: other, account: 'minio' })
  for (const words of [
    ['minio'],
    ['Dev'],
    [''],
    ['dev', 'https://s3.example.com:9000'],
    ['dev', 'http://aws.amazon.com'],
  ]) {
    expect(await it.say(aws, words)).toMatchObject({ stdout: '', exitCode: 1 })
  }
  expect((await it.say(aws, ['minio', 'https://s3.example.com:9000'])).exitCode).toBe(0)
  expect((await it.say(aws, ['minio', 'https://s3.example.com:9000/path'])).exitCode).toBe(1)
})

test('nothing of another kind', async () => {
  for (const kind of ['basic', 'bearer', 'header', 'client-certificate'] as const) {
    const it = await holding({ endpoint: at, account: 'dev', owner: 'person', kind, secret: new Secret('s3cret') })
    expect(await it.say(aws, 'dev')).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('there are no cloud keys for dev'),
      exitCode: 1,
    })
  }
})

test('several accounts and none named: the person is asked to choose', async () => {
  const it = await holding(longTerm, { ...longTerm, account: 'prod' })
  expect(await it.say(aws, [])).toEqual(
    failed(
      [
        'credbridge: https://aws.amazon.com has 2 accounts, and nothing says which is meant',
        'hint: credbridge default https://aws.amazon.com dev',
        'hint: credbridge default https://aws.amazon.com prod',
        '',
      ].join('\n'),
    ),
  )
})

test.each([
  ['an id of one line', { parts: { accessKeyId: new Secret('AKIA\r\nX-Other: 1') } }],
  ['an empty secret', { secret: new Secret('') }],
  ['a session token with a blank', { parts: { accessKeyId: id, sessionToken: new Secret('a b') } }],
  ['no id, as an earlier version may have it', { parts: {} }],
])('keys that its clients cannot use are broken, not absent: %s', async (_name, wrong) => {
  const it = await holding({ ...longTerm, ...wrong })
  const { stdout, stderr, exitCode } = await it.say(aws, 'dev')
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 })
  expect(stderr).toMatch(/^credbridge: the cloud keys cannot be used: the(y|ir) /)
  expect(stderr).not.toMatch(/AKIA|X-Other|a b/)
})

test.each([['--help'], ['-v']])('%s, and words too many, are no request', async (word) => {
  const it = await holding(longTerm)
  const usage = failed('Usage: credbridge-aws [account] [endpoint]\n')
  expect(await it.say(aws, word)).toEqual(usage)
  expect(await it.say(aws, ['dev', 'https://aws.amazon.com', word])).toEqual(usage)
})

test('an endpoint that is none is not looked for', async () => {
  const it = await holding(longTerm)
  for (const address of ['', 'aws.amazon.com', 'https://', 'https://aws.amazon.com\\.example.com']) {
    expect(await it.say(aws, ['dev', address])).toMatchObject({ stdout: '', exitCode: 1 })
  }
})

test('an account that moves the cursor is shown without doing so', async () => {
  const it = await holding()
  expect((await it.say(aws, 'a\u001b[2Jb')).stderr).not.toContain('\u001b')
})

test('a broken store is no absence', async () => {
  const it = await holding(longTerm)
  it.store.failOnce(new Failure('locked', 'the keyring is locked'))
  expect(await it.say(aws, 'dev')).toEqual(failed('credbridge: the keyring is locked\n'))
})
