import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Credential } from '../../../src/core/credential.ts'
import { containersPlainSecrets, dockerPlainSecrets, helmPlainSecrets } from '../../../src/tools/docker/import.ts'
import type { PlainSecret, SetupOptions } from '../../../src/tools/tool.ts'
import { madeUp } from '../made-up-world.ts'

const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64')
const config = (auths: object, more: object = { credsStore: 'credbridge' }) => JSON.stringify({ auths, ...more })

/** What lies in docker's configuration, as far as it can be moved, and what is said about the rest. */
async function found(text: string) {
  const { put, world } = madeUp()
  put('.docker/config.json', text)
  const { secrets, remarks } = await dockerPlainSecrets.find(world, {})
  const shown = secrets.map(({ credential: { account, kind, secret } }) => [account, kind, secret.expose()])
  return { shown, remarks: remarks.map((remark) => remark.replace(/^\/[^,]*, /, '')) }
}

describe('an entry', () => {
  test.each([
    ['user and password', { auth: base64('dave:p:w'), email: 'x' }, ['dave', 'basic', 'p:w']],
    ['the same as members, too', { auth: base64('dave:pw'), password: 'pw' }, ['dave', 'basic', 'pw']],
    ['members alone', { username: 'dave', password: 'pw' }, ['dave', 'basic', 'pw']],
    ['an identity token', { auth: base64('dave:'), identitytoken: 'id' }, ['<token>', 'docker-identity', 'id']],
  ])('%s', async (_what, entry, credential) => {
    expect(await found(config({ h: entry }))).toEqual({ shown: [credential], remarks: [] })
  })

  test.each([
    ['a token and a password', { auth: base64('dave:pw'), identitytoken: 'id' }, 'it has more than one secret'],
    ['two passwords', { auth: base64('dave:pw'), username: 'd', password: 'other' }, 'it has more than one secret'],
    ['no colon', { auth: base64('secret') }, 'it cannot be read'],
    ['no text', { auth: base64('dave:\xff') }, 'it cannot be read'],
    ['no base64', { auth: 'dave:pw' }, 'it cannot be read'],
    ['a user only', { auth: base64('dave:') }, 'it cannot be read'],
    ['a registry token', { registrytoken: 'r' }, 'it cannot be read'],
    [
      "the mark of a token as the user, which docker's helpers give another meaning",
      { auth: base64('<token>:pw') },
      'it cannot be read',
    ],
  ])('%s stays', async (_what, entry, why) => {
    expect(await found(config({ h: entry }))).toEqual({ shown: [], remarks: [`h: not moved, ${why}`] })
  })

  test.each([{}, { auth: '' }, [], null, 'text', { email: 'x' }])('%j has no secret', async (entry) => {
    expect(await found(config({ h: entry }))).toEqual({ shown: [], remarks: [] })
  })
})

describe('in every spelling that Go reads', () => {
  const entry = { auth: base64('dave:pw') }

  test.each([
    ['Auths', { Auths: { h: entry } }],
    ['AUTHS', { AUTHS: { h: { AUTH: base64('dave:pw'), Email: 'x' } } }],
    ['both', { auths: { other: {} }, Auths: { h: entry } }],
    ['members', { auths: { h: { UserName: 'dave', Password: 'pw' } } }],
  ])('%s', async (_what, file) => {
    const { put, read, world } = madeUp()
    const before = JSON.stringify({ ...file, CredsStore: 'credbridge' })
    put('.docker/config.json', before)
    const { secrets } = await dockerPlainSecrets.find(world, {})
    expect(secrets.map(({ credential: { account, secret } }) => [account, secret.expose()])).toEqual([['dave', 'pw']])
    await dockerPlainSecrets.takeOutAll?.(world, secrets)
    expect(read('.docker/config.json')).not.toMatch(/cGF|ZGF|pw/)
    expect((await dockerPlainSecrets.find(world, {})).secrets).toEqual([])
    const [one] = secrets
    const taken = { trace: one?.trace ?? {}, credential: one?.credential as Credential }
    expect(await dockerPlainSecrets.putBackAll?.(world, [taken])).toEqual([undefined])
    expect((await dockerPlainSecrets.find(world, {})).secrets).toHaveLength(1)
  })

  test.each(['null', ' null\n', '{"auths":null}', ''])('%j has no sign-ins', async (text) => {
    expect(await found(text)).toEqual({ shown: [], remarks: [] })
  })

  test('a byte order mark is reported, because clients fail on it', async () => {
    await expect(found(`\ufeff${config({ h: entry })}`)).rejects.toMatchObject({
      code: 'malformed',
      message: expect.stringMatching(/config\.json begins with a byte order mark, which its clients cannot read$/),
    })
  })
})

describe('whether its client asks credbridge about it', () => {
  const auths = { 'a.example.com': { auth: base64('u:p') }, 'b.example.com': { auth: base64('u:p') } }
  const setup = 'credbridge setup docker'

  async function docker(more: object, options: SetupOptions = {}) {
    const { put, world } = madeUp()
    put('.docker/config.json', config(auths, more))
    return dockerPlainSecrets.find(world, options)
  }

  test.each([
    [{}, setup, setup],
    [{ credsStore: 'other' }, `${setup} --replace`, `${setup} --replace`],
    [{ credHelpers: { 'a.example.com': 'credbridge' } }, true, `${setup} --registry b.example.com`],
    [
      { credsStore: 'credbridge', credHelpers: { 'a.example.com': 'other' } },
      `${setup} --registry a.example.com --replace`,
      true,
    ],
    [{ credHelpers: { 'a.example.com': 'credbridge' }, credsStore: 'credbridge' }, true, true],
  ])('%j', async (more, ...expected) => {
    const { secrets, remarks } = await docker(more)
    expect(remarks).toEqual([])
    expect(secrets.map(({ asks }) => asks)).toEqual(
      expected.map((setup) => (setup === true ? true : { why: 'docker does not ask credbridge', setup })),
    )
  })

  const setups = (found: { secrets: readonly PlainSecret[] }) =>
    found.secrets.map(({ asks }) => (typeof asks === 'object' ? asks.setup : asks))

  test('another file: depends on its own setup', async () => {
    const { put, world } = madeUp()
    const file = put('other/config.json', config(auths, {}))
    const [first] = setups(await dockerPlainSecrets.find(world, { file }))
    expect(first).toBe(`DOCKER_CONFIG=${dirname(file)} ${setup}`)
  })

  test('podman, skopeo and buildah', async () => {
    const { put, world } = madeUp()
    const asked = async () => setups(await containersPlainSecrets.find(world, {}))
    const setup = 'credbridge setup containers'
    put('.config/containers/auth.json', config(auths, {}))
    expect(await asked()).toEqual([setup, setup])
    put('.config/containers/auth.json', config(auths, { credHelpers: { 'a.example.com': 'credbridge-containers' } }))
    expect(await asked()).toEqual([true, `${setup} --registry b.example.com`])
    put('.config/containers/registries.conf', 'credential-helpers = ["credbridge"]\n')
    expect(await asked()).toEqual([true, true])
  })

  test('helm', async () => {
    const { put, world } = madeUp()
    put('.config/helm/registry/config.json', config(auths, {}))
    const [first] = setups(await helmPlainSecrets.find(world, {}))
    expect(first).toBe('credbridge setup helm')
  })
})

test('a folder in DOCKER_CONFIG owns its sign-ins', async () => {
  const { put, home, world } = madeUp()
  const file = put('.docker-work/config.json', config({ h: { auth: base64('u:p') } }))
  const there = { ...world, env: { HOME: home, DOCKER_CONFIG: dirname(file) } }
  const [secret] = (await dockerPlainSecrets.find(there, {})).secrets
  expect(secret?.credential.owner).toBe(`docker@${dirname(file)}`)
})

describe('the option --file', () => {
  test('is relative to the working directory; undo works from any', async () => {
    const { put, world, project, read } = madeUp()
    put('project/c.json', config({ h: { auth: base64('u:p') } }))
    const [secret] = (await dockerPlainSecrets.find(world, { file: 'c.json' })).secrets
    expect(secret?.trace).toMatchObject({ file: join(project, 'c.json') })
    await secret?.takeOut()
    expect(read('project/c.json')).toBe(config({ h: {} }))
  })

  test('fails if there is no such file', async () => {
    const { world } = madeUp()
    const missing = dockerPlainSecrets.find(world, { file: '/nothing/config.json' })
    await expect(missing).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('putting back', () => {
  async function moved(): Promise<ReturnType<typeof madeUp> & { secret: PlainSecret }> {
    const made = madeUp()
    made.put('.docker/config.json', config({ h: { auth: base64('u:old') } }))
    const [secret] = (await dockerPlainSecrets.find(made.world, {})).secrets
    if (secret === undefined) throw new Error('nothing found')
    await secret.takeOut()
    return { ...made, secret }
  }

  const back = async ({ world, secret: { trace = {}, credential } }: Awaited<ReturnType<typeof moved>>) =>
    (await dockerPlainSecrets.putBackAll?.(world, [{ trace, credential }]))?.[0]

  test('accepts the same secret that is already there', async () => {
    const made = await moved()
    const text = `{ "auths":{"h":{"auth":"${base64('u:old')}"} } }`
    made.put('.docker/config.json', text)
    expect(await back(made)).toBeUndefined()
    expect(made.read('.docker/config.json')).toBe(text)
  })

  test.each([{ auth: base64('u:newer') }, { identitytoken: 'newer' }, { auth: 'unreadable' }])(
    'keeps the newer %j',
    async (entry) => {
      const made = await moved()
      made.put('.docker/config.json', config({ h: entry }))
      expect(await back(made)).toMatchObject({ code: 'refused' })
      expect(made.read('.docker/config.json')).toBe(config({ h: entry }))
    },
  )
})

test('a changed sign-in is left, the rest is taken out at once', async () => {
  const { put, read, world } = madeUp()
  const before = (b: string) =>
    config({ a: { auth: base64('u:a') }, b: { auth: base64(b) }, c: { auth: base64('u:c') } })
  put('.docker/config.json', before('u:b'))
  const { secrets } = await dockerPlainSecrets.find(world, {})
  put('.docker/config.json', before('u:newer'))
  const written: string[] = []
  const write: typeof world.files.write = (path, ...more) => {
    written.push(path)
    world.files.write(path, ...more)
  }
  const watched = { ...world, files: { ...world.files, write } }
  await expect(dockerPlainSecrets.takeOutAll?.(watched, secrets)).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringMatching(/has changed; b was left as it is$/),
  })
  expect(read('.docker/config.json')).toBe(config({ a: {}, b: { auth: base64('u:newer') }, c: {} }))
  expect(written).toHaveLength(1)
})
