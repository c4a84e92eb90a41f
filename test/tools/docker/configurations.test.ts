import { beforeEach, describe, expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { containersDialect, dockerDialect } from '../../../src/tools/docker/dialect.ts'
import { git } from '../../../src/tools/git/dialect.ts'
import { someone } from '../../asker.ts'
import { conversation } from '../conversation.ts'

/* Who has two accounts at a registry has two folders of docker's, and says which one by DOCKER_CONFIG. */

const docker = dockerDialect('0')
const host = 'registry.example.com'
const at = parseAddress(`https://${host}`)
let talk = conversation()
beforeEach(() => {
  talk = conversation()
})

const home = { HOME: '/home/u' }
const usual = home
const work = { ...home, DOCKER_CONFIG: '/home/u/.docker-work' }
const play = { ...home, DOCKER_CONFIG: '/home/u/.docker-play' }

async function gets(env: object, server = host): Promise<string | undefined> {
  const { stdout, exitCode } = await talk.say(docker, 'get', server, { env: { ...env } })
  return exitCode === 0 ? `${JSON.parse(stdout).Username}:${JSON.parse(stdout).Secret}` : undefined
}
const login = (env: object, user: string, secret = user, server = host) =>
  talk.say(docker, 'store', JSON.stringify({ ServerURL: server, Username: user, Secret: secret }), { env: { ...env } })
async function logout(env: object) {
  for (const server of [host, host, `http://${host}`, `https://${host}`]) {
    expect(await talk.say(docker, 'erase', server, { env: { ...env } })).toMatchObject({ exitCode: 0 })
  }
}
const lists = async (env: object) => JSON.parse((await talk.say(docker, 'list', 'unused', { env: { ...env } })).stdout)
const gitStores = (user: string, secret: string) =>
  talk.say(git, 'store', `protocol=https\nhost=${host}\nusername=${user}\npassword=${secret}\n`)
const owners = async () => (await talk.store.list(someone)).map(({ owner, account }) => `${owner} ${account}`).sort()

describe('each folder has an account of its own', () => {
  test('whichever folder signs in last', async () => {
    await login(usual, 'alice')
    await login(work, 'bob')
    await login(play, 'carol')
    expect([await gets(usual), await gets(work), await gets(play)]).toEqual(['alice:alice', 'bob:bob', 'carol:carol'])
    await login(usual, 'dave')
    expect([await gets(usual), await gets(work), await gets(play)]).toEqual(['dave:dave', 'bob:bob', 'carol:carol'])
    expect([await lists(usual), await lists(work)]).toEqual([{ [host]: 'dave' }, { [host]: 'bob' }])
  })

  test('also the same account, with a secret of its own', async () => {
    await login(usual, 'alice', 'a')
    await login(work, 'alice', 'b')
    expect([await gets(usual), await gets(work)]).toEqual(['alice:a', 'alice:b'])
    await login(play, 'alice', 'a')
    await login(usual, 'bob')
    expect(await gets(play)).toBe('alice:a')
  })

  test('a new user in a folder replaces only the former user of that folder', async () => {
    await login(usual, 'alice')
    await login(work, 'bob')
    await login(work, 'carol')
    expect(await owners()).toEqual(['docker alice', 'docker@/home/u/.docker-work carol'])
  })

  test('a logout signs out completely in that folder and in no other', async () => {
    await login(usual, 'alice')
    await login(work, 'bob')
    await logout(work)
    expect([await gets(usual), await gets(work)]).toEqual(['alice:alice', undefined])
    await login(work, 'bob')
    await logout(usual)
    expect([await gets(usual), await gets(work)]).toEqual([undefined, 'bob:bob'])
  })

  test('the default folder is recognised in every spelling', async () => {
    await login({ ...home, DOCKER_CONFIG: '/home/u/.docker/' }, 'alice')
    await login({ ...home, DOCKER_CONFIG: '' }, 'bob')
    expect(await owners()).toEqual(['docker bob'])
    await login({ ...work, DOCKER_CONFIG: '/home/u/x/../.docker-work/' }, 'carol')
    expect(await gets(work)).toBe('carol:carol')
  })
})

describe('a folder that has not signed in', () => {
  test("gets the default folder's sign-in first, then other tools' credentials", async () => {
    await gitStores('eve', 'g')
    expect(await gets(work)).toBe('eve:g')
    await login(usual, 'alice')
    await gitStores('eve', 'newer')
    expect(await gets(work)).toBe('alice:alice')
    expect(await lists(work)).toEqual({ [host]: 'alice' })
  })

  test('gets the sign-in of the only other folder if there is nothing else', async () => {
    await login(work, 'bob')
    expect([await gets(usual), await gets(play)]).toEqual(['bob:bob', 'bob:bob'])
    await gitStores('eve', 'g')
    expect([await gets(usual), await gets(work)]).toEqual(['eve:g', 'bob:bob'])
    expect((await talk.say(git, 'get', `protocol=https\nhost=${host}\n`)).stdout).toContain('username=eve\n')
  })

  test('gets none if two other folders have one', async () => {
    await login(work, 'bob')
    await login(play, 'carol')
    const { stdout, stderr } = await talk.say(docker, 'get', host, { env: usual })
    expect(stdout).toBe('credentials not found in native keychain\n')
    expect(stderr).toContain(`credbridge default https://${host} bob`)
  })

  test('signs out without changing any other folder', async () => {
    await login(usual, 'alice')
    await logout(work)
    expect([await gets(usual), await gets(work), await gets(play)]).toEqual(['alice:alice', undefined, 'alice:alice'])
  })
})

test("a person's default does not change the account of a folder", async () => {
  await login(usual, 'alice')
  await login(work, 'bob')
  await (await talk.broker.personActions()).setDefault(at, 'alice')
  expect([await gets(usual), await gets(work), await gets(play)]).toEqual(['alice:alice', 'bob:bob', 'alice:alice'])
})

describe("a person's credential", () => {
  const set = async (user: string, secret: string) =>
    (await talk.broker.personActions()).set({
      endpoint: at,
      account: user,
      owner: 'person',
      kind: 'basic',
      secret: new Secret(secret),
    })

  test('answers every folder with this account; a folder with another account keeps that', async () => {
    await login(usual, 'alice')
    await login(work, 'bob')
    await set('bob', 'new')
    expect(await gets(work)).toBe('bob:new')
    await set('alice', 'newer')
    expect([await gets(usual), await gets(work)]).toEqual(['alice:newer', 'bob:new'])
    expect([await lists(usual), await lists(work)]).toEqual([{ [host]: 'alice' }, { [host]: 'bob' }])
  })

  test('is not copied by a folder that signs in with it, and the folder goes on with that account', async () => {
    await set('bob', 'b')
    await set('alice', 'a')
    await login(usual, 'alice', 'a')
    await login(work, 'bob', 'b')
    expect([await gets(usual), await gets(work)]).toEqual(['alice:a', 'bob:b'])
    await set('bob', 'new')
    await set('alice', 'newer')
    expect([await gets(usual), await gets(work)]).toEqual(['alice:newer', 'bob:new'])
  })

  test('unsharing from docker holds for all its folders', async () => {
    await gitStores('eve', 'g')
    await login(work, 'eve', 'g')
    await (await talk.broker.personActions()).unshare(at, 'eve', 'docker', true)
    expect([await gets(usual), await gets(work), await gets(play)]).toEqual([undefined, undefined, undefined])
    await login(work, 'eve', 'g')
    expect([await gets(usual), await gets(work)]).toEqual([undefined, 'eve:g'])
  })
})

test('what is shared with docker is shared with all its folders', async () => {
  await gitStores('eve', 'g')
  await logout(work)
  await (await talk.broker.personActions()).share(at, 'eve', 'docker')
  expect([await lists(usual), await lists(work), await gets(work)]).toEqual([
    { [host]: 'eve' },
    { [host]: 'eve' },
    'eve:g',
  ])
})

test('podman, skopeo and buildah ignore DOCKER_CONFIG', async () => {
  await login(usual, 'alice')
  await login(work, 'bob')
  const { stdout } = await talk.say(containersDialect('0'), 'get', host, { env: work })
  expect(JSON.parse(stdout)).toMatchObject({ Username: 'alice' })
})

test('a script with a new folder for each run leaves at most sixteen owners', async () => {
  await login(usual, 'alice')
  for (let run = 0; run < 40; run++) await login({ ...home, DOCKER_CONFIG: `/tmp/run-${run}` }, 'ci', `token ${run}`)
  expect(await owners()).toHaveLength(17)
  expect([await gets(usual), await gets({ ...home, DOCKER_CONFIG: '/tmp/run-39' })]).toEqual([
    'alice:alice',
    'ci:token 39',
  ])
  await gitStores('eve', 'g')
  for (let run = 40; run < 60; run++) {
    const env = { ...home, DOCKER_CONFIG: `/tmp/run-${run}` }
    await login(env, 'ci', `token ${run}`)
    await logout(env)
  }
  expect((await owners()).length).toBeLessThanOrEqual(19)
})
