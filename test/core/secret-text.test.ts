import { describe, expect, test } from 'vitest'
import type { Kind } from '../../src/core/credential.ts'
import { rfc3339, secondsFromRfc3339 } from '../../src/core/rfc3339.ts'
import { Secret } from '../../src/core/secret.ts'
import { printSecretText, readSecretText } from '../../src/core/secret-text.ts'

const block = (label: string, ...lines: readonly string[]) =>
  [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')

const [first, second] = [block('CERTIFICATE', 'MIIB', 'AQ=='), block('CERTIFICATE', 'MIIC')]
const key = block('PRIVATE KEY', 'MC4C')

function read(kind: Kind, text: string) {
  const { secret, parts = {}, ...others } = readSecretText(kind, new Secret(text))
  return {
    ...others,
    secret: secret.expose(),
    parts: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.expose()])),
  }
}

const again = (kind: Kind, text: string) => printSecretText(readSecretText(kind, new Secret(text)))

describe('a client certificate', () => {
  test.each([
    ['certificate, chain, key', `${first}${second}${key}`],
    ['key first', `${key}${first}${second}`],
    ['key between', `${first}${key}${second}`],
    ['with CR LF', `${first}${second}${key}`.replaceAll('\n', '\r\n')],
    ['without the last line end', `${first}${second}${key}`.trimEnd()],
    [
      'with what openssl writes around',
      `subject=CN = alice\n${first}Bag Attributes\n    x: -----\n${second}\n\n${key}\n`,
    ],
    ['with the parameters of its curve', `${block('EC PARAMETERS', 'Bgg')}${first}${second}${key}`],
    ['with a beginning that has no end', `-----BEGIN CERTIFICATE-----\nMI\n${first}${second}${key}`],
  ])('is read: %s', (_name, text) => {
    const whole = { kind: 'client-certificate', secret: first + second, parts: { key } }
    expect(read('client-certificate', text)).toEqual(whole)
    expect(`${again('client-certificate', text)}\n`).toBe(`${first}${second}${key}`)
  })

  test.each(['RSA PRIVATE KEY', 'EC PRIVATE KEY', 'PRIVATE KEY'])('its key may be a %s', (label) => {
    expect(read('client-certificate', first + block(label, 'AA==')).parts).toEqual({ key: block(label, 'AA==') })
  })

  test.each([
    ['', 'there is no certificate in it'],
    ['s3cret', 'there is no certificate in it'],
    [key, 'there is no certificate in it'],
    [first, 'there is no private key in it'],
    [first + key.replace('-----END', '-----end'), 'there is no private key in it'],
    [first + key + key, 'there are two private keys in it'],
    [first + block('ENCRYPTED PRIVATE KEY', 's3cret'), 'its private key is encrypted, which its clients cannot use'],
    [
      first + block('RSA PRIVATE KEY', 'Proc-Type: 4,ENCRYPTED', 'DEK-Info: AES-256-CBC,00', '', 's3cret'),
      'its private key is encrypted, which its clients cannot use',
    ],
  ])('%# is refused, and nothing of it is shown', (text, why) => {
    expect(() => read('client-certificate', text)).toThrow(
      expect.objectContaining({ code: 'malformed', message: `the client certificate cannot be used: ${why}` }),
    )
  })

  test('of an earlier version without its key is not half printed', () => {
    const half = { kind: 'client-certificate', secret: new Secret(first) } as const
    expect(() => printSecretText(half)).toThrow('the client certificate cannot be used: it has no private key')
  })
})

describe('cloud keys', () => {
  const whole = { AccessKeyId: 'AKIA', SecretAccessKey: 'a/b+c' }
  const temporary = { ...whole, SessionToken: 't==', Expiration: '2026-11-21T12:00:00Z' }
  const parts = { accessKeyId: 'AKIA', sessionToken: 't==' }

  test.each([
    [{ ...whole }, { parts: { accessKeyId: 'AKIA' } }],
    [{ Version: 1, ...whole, SessionToken: null, Expiration: null }, { parts: { accessKeyId: 'AKIA' } }],
    [{ ...whole, SessionToken: '' }, { parts: { accessKeyId: 'AKIA' } }],
    [
      { Version: 1, ...temporary },
      { parts, expires: 1795262400 },
    ],
    [
      { ...temporary, Expiration: '2026-11-21T13:00:00+01:00' },
      { parts, expires: 1795262400 },
    ],
    [
      { ...temporary, Expiration: '2026-11-21T12:00:00.999Z' },
      { parts, expires: 1795262400 },
    ],
    [
      { Credentials: temporary, AssumedRoleUser: { Arn: 'arn' } },
      { parts, expires: 1795262400 },
    ],
  ])('%j', (json, { parts, ...rest }) => {
    const text = JSON.stringify(json)
    expect(read('cloud-keys', text)).toEqual({ kind: 'cloud-keys', secret: 'a/b+c', parts, ...rest })
    expect(read('cloud-keys', again('cloud-keys', text))).toEqual(read('cloud-keys', text))
  })

  test('are printed in one order, and without what they do not have', () => {
    expect(again('cloud-keys', JSON.stringify({ Credentials: temporary }))).toBe(
      '{"Version":1,"AccessKeyId":"AKIA","SecretAccessKey":"a/b+c","SessionToken":"t==","Expiration":"2026-11-21T12:00:00Z"}',
    )
    expect(again('cloud-keys', JSON.stringify(whole))).toBe(
      '{"Version":1,"AccessKeyId":"AKIA","SecretAccessKey":"a/b+c"}',
    )
  })

  test.each([
    ['', 'they are not a JSON object'],
    ['AKIA:s3cret', 'they are not a JSON object'],
    ['["AKIA","s3cret"]', 'they are not a JSON object'],
    ['{"Credentials":"s3cret"}', 'they are not a JSON object'],
    ['{"Version":2,"AccessKeyId":"AKIA","SecretAccessKey":"s3cret"}', 'their Version is not 1'],
    ['{"Version":"1","AccessKeyId":"AKIA","SecretAccessKey":"s3cret"}', 'their Version is not 1'],
    ['{"SecretAccessKey":"s3cret"}', 'they have no AccessKeyId'],
    ['{"AccessKeyId":"AKIA"}', 'they have no SecretAccessKey'],
    ['{"AccessKeyId":7,"SecretAccessKey":"s3cret"}', 'their AccessKeyId is not a text'],
    ['{"AccessKeyId":"AKIA","SecretAccessKey":""}', 'their secretAccessKey is empty'],
    ['{"AccessKeyId":"AK IA","SecretAccessKey":"s"}', 'their accessKeyId has a character that no key has'],
    ['{"AccessKeyId":"AKIA","SecretAccessKey":"s\\r\\n"}', 'their secretAccessKey has a character that no key has'],
    [
      '{"AccessKeyId":"AKIA","SecretAccessKey":"s","SessionToken":"é"}',
      'their sessionToken has a character that no key has',
    ],
    [
      '{"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"2026-11-21"}',
      'their Expiration is not a time with its zone',
    ],
    [
      '{"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"2026-11-21T12:00:00"}',
      'their Expiration is not a time with its zone',
    ],
    ['{"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"soonZ"}', 'their Expiration is not a time with its zone'],
  ])('%j is refused', (text, why) => {
    expect(() => read('cloud-keys', text)).toThrow(
      expect.objectContaining({ code: 'malformed', message: `the cloud keys cannot be used: ${why}` }),
    )
  })
})

test.each(['basic', 'bearer', 'header', 'text', 'docker-identity'] as const)(
  'a secret of kind %s is its text',
  (kind) => {
    expect(read(kind, `{"AccessKeyId":"A"}\n${first}`)).toEqual({
      kind,
      secret: `{"AccessKeyId":"A"}\n${first}`,
      parts: {},
    })
    expect(again(kind, '\n s ')).toBe('\n s ')
  },
)

test.each([
  [0, '1970-01-01T00:00:00Z'],
  [1795262400.9, '2026-11-21T12:00:00Z'],
  [253402300799, '9999-12-31T23:59:59Z'],
  [253402300800, undefined],
  [-1, undefined],
  [Number.POSITIVE_INFINITY, undefined],
  [Number.NaN, undefined],
])('%d seconds are %s', (seconds, text) => {
  expect(rfc3339(seconds)).toBe(text)
  if (text !== undefined) expect(secondsFromRfc3339(text)).toBe(Math.floor(seconds))
})
