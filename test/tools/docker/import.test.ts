import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { containersPlainSecrets, dockerPlainSecrets } from '../../../src/tools/docker/import.ts'
import type { PlainSecret } from '../../../src/tools/tool.ts'
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
    expect(await found(config({ h: entry }))).toEqual({ shown: [], remarks: [`h: stays, ${why}`] })
  })

  test.each([{}, { auth: '' }, [], null, 'text', { email: 'x' }])('%j has no secret', async (entry) => {
    expect(await found(config({ h: entry }))).toEqual({ shown: [], remarks: [] })
  })
})

describe('whether clients ask credbridge about what is found', () => {
  const auths = { 'a.example.com': { auth: base64('u:p') }, 'b.example.com': { auth: base64('u:p') } }

  test.each([
    [{}, [false, false]],
    [{ credsStore: 'other' }, [false, false]],
    [{ credHelpers: { 'a.example.com': 'credbridge' } }, [true, false]],
    [{ credsStore: 'credbridge', credHelpers: { 'a.example.com': 'other' } }, [false, true]],
    [{ credHelpers: { 'a.example.com': 'credbridge' }, credsStore: 'credbridge' }, [true, true]],
  ])('%j', async (more, asked) => {
    const { world, put } = madeUp()
    put('.docker/config.json', config(auths, more))
    const { secrets, remarks } = await dockerPlainSecrets.find(world, {})
    expect(secrets.map((secret) => secret.asked)).toEqual(asked)
    expect(secrets.map(({ readBy }) => readBy)).toEqual([['docker'], ['docker']])
    expect(remarks).toEqual([])
  })

  test('podman and its kin', async () => {
    const { put, world } = madeUp()
    put('.config/containers/auth.json', config(auths, {}))
    const asked = async () => (await containersPlainSecrets.find(world, {})).secrets.map((secret) => secret.asked)
    expect(await asked()).toEqual([false, false])
    put('.config/containers/registries.conf', 'credential-helpers = ["credbridge"]\n')
    expect(await asked()).toEqual([true, true])
  })
})

describe('a file that is named', () => {
  test('is meant from the working directory, and written back to from anywhere', async () => {
    const { put, world, project, read } = madeUp()
    put('project/c.json', config({ h: { auth: base64('u:p') } }))
    const [secret] = (await dockerPlainSecrets.find(world, { file: 'c.json' })).secrets
    expect(secret?.trace).toMatchObject({ file: join(project, 'c.json') })
    await secret?.takeOut()
    expect(read('project/c.json')).toBe(config({ h: {} }))
  })

  test('and is not there', async () => {
    const { world } = madeUp()
    const missing = dockerPlainSecrets.find(world, { file: '/nothing/config.json' })
    await expect(missing).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('the way back', () => {
  async function moved(): Promise<ReturnType<typeof madeUp> & { secret: PlainSecret }> {
    const made = madeUp()
    made.put('.docker/config.json', config({ h: { auth: base64('u:old') } }))
    const [secret] = (await dockerPlainSecrets.find(made.world, {})).secrets
    if (secret === undefined) throw new Error('nothing found')
    await secret.takeOut()
    return { ...made, secret }
  }

  test('what is there again already is as it should be', async () => {
    const { secret, put, read, world } = await moved()
    const text = `{ "auths":{"h":{"auth":"${base64('u:old')}"} } }`
    put('.docker/config.json', text)
    await dockerPlainSecrets.putBack?.(world, secret.trace ?? {}, secret.credential)
    expect(read('.docker/config.json')).toBe(text)
  })

  test.each([{ auth: base64('u:newer') }, { identitytoken: 'newer' }, { auth: 'unreadable' }])(
    '%j is newer and stays',
    async (entry) => {
      const { secret, put, read, world } = await moved()
      put('.docker/config.json', config({ h: entry }))
      expect(() => dockerPlainSecrets.putBack?.(world, secret.trace ?? {}, secret.credential)).toThrow(
        expect.objectContaining({ code: 'refused' }),
      )
      expect(read('.docker/config.json')).toBe(config({ h: entry }))
    },
  )
})
