import { expect, test } from 'vitest'
import { readClientCertificate } from '../../../src/core/client-certificate.ts'
import type { Credential } from '../../../src/core/credential.ts'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Failure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import { kubectl } from '../../../src/tools/kubectl/dialect.ts'
import { someone } from '../../asker.ts'
import { conversation } from '../conversation.ts'

const server = 'https://kube.example.com:6443'
const v1 = 'client.authentication.k8s.io/v1'
const place = { endpoint: parseAddress(server), account: '', owner: 'person' }
const token: Credential = { ...place, kind: 'bearer', secret: new Secret('t0ken.a_b-c==') }
const [pem, key] = [
  '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  '-----BEGIN EC PRIVATE KEY-----\nMC4C\n-----END EC PRIVATE KEY-----\n',
]
const certificate: Credential = { ...place, ...readClientCertificate(pem + key) }

/** As kubectl 1.32 sends it, with provideClusterInfo. */
const info = (cluster: unknown, apiVersion = v1, kind = 'ExecCredential') => ({
  KUBERNETES_EXEC_INFO: JSON.stringify({ kind, apiVersion, spec: { cluster, interactive: false } }),
})

async function holding(...items: readonly Credential[]) {
  const it = conversation()
  for (const item of items) await it.store.save(someone, item)
  return {
    ...it,
    ask: (words: readonly string[] = [], env: Record<string, string> = info({ server })) =>
      it.say(kubectl, words, '', { env }),
  }
}

const answered = (stdout: string) => ({ stdout, stderr: '', exitCode: 0 })
const failed = (stderr: string) => ({ stdout: '', stderr, exitCode: 1 })
const hints = (words: string) =>
  `hint: credbridge set --kind bearer ${words}\nhint: cat cert.pem key.pem | credbridge set --kind client-certificate ${words}\n`

test('a token, in the version that is asked', async () => {
  const it = await holding(token)
  for (const version of [v1, `${v1}beta1`]) {
    expect(await it.ask([], info({ server, config: null, 'certificate-authority-data': 'AA==' }, version))).toEqual(
      answered(`{"apiVersion":"${version}","kind":"ExecCredential","status":{"token":"t0ken.a_b-c=="}}\n`),
    )
  }
})

test('a token until it expires, then nothing', async () => {
  const it = await holding({ ...token, expires: Date.UTC(2026, 10, 21, 13) / 1000 })
  expect(await it.ask()).toEqual(
    answered(
      `{"apiVersion":"${v1}","kind":"ExecCredential","status":{"token":"t0ken.a_b-c==","expirationTimestamp":"2026-11-21T13:00:00Z"}}\n`,
    ),
  )
  it.wait(3600_000)
  const gone = `credbridge: there is no token and no client certificate for ${server}, or it has expired\n`
  expect(await it.ask()).toEqual(failed(gone + hints(server)))
})

test('a client certificate, as text and not in base64', async () => {
  const it = await holding(certificate)
  const [inJson, keyInJson] = [pem, key].map((text) => text.replaceAll('\n', '\\n'))
  expect(await it.ask()).toEqual(
    answered(
      `{"apiVersion":"${v1}","kind":"ExecCredential","status":{"clientCertificateData":"${inJson}","clientKeyData":"${keyInJson}"}}\n`,
    ),
  )
})

test('only for the server to which kubectl sends it, and the account that is named', async () => {
  const it = await holding(token, { ...token, account: 'alice', secret: new Secret('of-alice') })
  expect((await it.ask([''])).stdout).toContain('t0ken')
  expect((await it.ask(['alice'])).stdout).toContain('of-alice')
  for (const other of [
    'https://kube.example.com',
    'http://kube.example.com:6443',
    'https://kube.example.com:6443/k8s/clusters/c-1',
    'https://kube.example.com:6443@other.example.com',
    'https://a.kube.example.com:6443',
  ]) {
    expect(await it.ask(['alice'], info({ server: other }))).toMatchObject({ stdout: '', exitCode: 1 })
  }
  expect(await it.ask(['Alice'])).toMatchObject({ stdout: '', exitCode: 1 })
  expect((await it.ask(['alice'], info({ server: 'https://KUBE.example.com:06443/' }))).exitCode).toBe(0)
  expect(await it.ask()).toMatchObject({ stdout: '', stderr: expect.stringContaining('2 accounts'), exitCode: 1 })
})

test('another tool’s token is borrowed, a password never', async () => {
  const it = await holding({ ...token, owner: 'npm' })
  expect((await it.ask()).exitCode).toBe(0)
  for (const kind of ['basic', 'header', 'cloud-keys', 'docker-identity'] as const) {
    const other = await holding({ ...token, kind })
    expect(await other.ask()).toMatchObject({ stdout: '', exitCode: 1 })
  }
})

test.each([
  ['a line end', { secret: new Secret('a\r\nX-Other: 1') }],
  ['a blank', { secret: new Secret('Bearer abc') }],
  ['nothing', { secret: new Secret('') }],
  ['more than ASCII', { secret: new Secret('tokén') }],
  ['another scheme', { scheme: 'Token' }],
])('a token with %s is broken, not absent, and not shown', async (_name, wrong) => {
  const { stdout, stderr, exitCode } = await (await holding({ ...token, ...wrong })).ask()
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 })
  expect(stderr).toMatch(/^credbridge: (kubectl cannot send )?the token for/)
  expect(stderr).not.toMatch(/X-Other|abc|tokén|t0ken/)
})

test('a certificate without its key is broken', async () => {
  const { parts: _, ...half } = certificate
  expect(await (await holding(half)).ask()).toEqual(
    failed('credbridge: the client certificate cannot be used: it has no private key\n'),
  )
})

test.each([
  ['nothing', {}, 'KUBERNETES_EXEC_INFO is not set: only kubectl calls this command'],
  ['no JSON', { KUBERNETES_EXEC_INFO: `${server} s3cret` }, 'KUBERNETES_EXEC_INFO is not an ExecCredential'],
  ['a list', { KUBERNETES_EXEC_INFO: '[]' }, 'KUBERNETES_EXEC_INFO is not an ExecCredential'],
  ['another kind', info({ server }, v1, 'TokenReview'), 'KUBERNETES_EXEC_INFO is not an ExecCredential'],
  [
    'the version that is gone',
    info({ server }, `${v1}alpha1`),
    'kubectl asks in a version of the protocol that is not known',
  ],
  ['no cluster', info(undefined), 'kubectl does not say which server it asks for'],
  ['no server', info({ config: { server } }), 'kubectl does not say which server it asks for'],
  ['a server that is no text', info({ server: [server] }), 'kubectl does not say which server it asks for'],
  ['a server without its scheme', info({ server: 'kube.example.com:6443' }), ''],
  ['an empty server', info({ server: '' }), ''],
])('%s is no request, and answers nothing', async (_name, env, says) => {
  const { stdout, stderr, exitCode } = await (await holding(token)).ask([], env)
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 })
  expect(stderr.startsWith(`credbridge: ${says}`)).toBe(true)
  expect(stderr).not.toContain('s3cret')
})

test.each([[['--help']], [['alice', 'bob']]])('%j is no request', async (words) => {
  expect(await (await holding(token)).ask(words)).toEqual(failed('Usage: credbridge-kubectl [account]\n'))
})

test('a broken store is no absence', async () => {
  const it = await holding(token)
  it.store.failOnce(new Failure('locked', 'the keyring is locked'))
  expect(await it.ask()).toEqual(failed('credbridge: the keyring is locked\n'))
})
