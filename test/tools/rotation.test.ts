import { beforeEach, describe, expect, test } from 'vitest'
import { parseAddress, withParents } from '../../src/core/endpoint.ts'
import { Secret } from '../../src/core/secret.ts'
import { dockerDialect } from '../../src/tools/docker/dialect.ts'
import { git } from '../../src/tools/git/dialect.ts'
import { conversation as pythonsConversation } from '../../src/tools/python/conversation.ts'
import { conversation } from './conversation.ts'

/* One secret for all tools, one word that rotates it: rule 4 of docs/architecture.md as each client meets it. */

const docker = dockerDialect('0')
const host = 'r.example.com'
const address = parseAddress(`https://${host}`)
let talk = conversation()
beforeEach(() => {
  talk = conversation({ aliases: { 'ghcr.example.com': host } })
})

const about = (at: string, user?: string) =>
  `protocol=https\nhost=${at}\n${user === undefined ? '' : `username=${user}\n`}`
async function gitGets(at = host, user?: string): Promise<string | undefined> {
  const { stdout } = await talk.say(git, 'get', about(at, user))
  return /^password=(.*)$/m.exec(stdout)?.[1]
}
const gitStores = (secret: string, user = 'alice', at = host) =>
  talk.say(git, 'store', `${about(at, user)}password=${secret}\n`)
const gitErases = (secret: string, user = 'alice') => talk.say(git, 'erase', `${about(host, user)}password=${secret}\n`)
async function dockerGets(at = host): Promise<string | undefined> {
  const { stdout, exitCode } = await talk.say(docker, 'get', at)
  return exitCode === 0 ? JSON.parse(stdout).Secret : undefined
}
const dockerStores = (secret: string, user = 'alice', at = host) =>
  talk.say(docker, 'store', JSON.stringify({ ServerURL: at, Username: user, Secret: secret }))
const dockerLists = async () => JSON.parse((await talk.say(docker, 'list', 'unused')).stdout)
async function pythonSays(message: object) {
  return JSON.parse((await talk.say(pythonsConversation, [], JSON.stringify(message))).stdout)
}
const pythonGets = async (service = `https://${host}/`, username: string | null = 'alice') =>
  (await pythonSays({ do: 'get', service, username })).found?.password
const pythonSets = (password: string, service = `https://${host}/`, username = 'alice') =>
  pythonSays({ do: 'set', service, username, password })
const npmGets = async () => {
  const endpoints = withParents(parseAddress(`https://${host}/npm`))
  return (
    await talk.broker.find({ tool: 'npm', kinds: ['basic'], endpoints, sharedOnly: true })
  )?.credential.secret.expose()
}
const sets = async (secret: string, account = 'alice') =>
  (await talk.broker.personActions()).set({
    endpoint: address,
    account,
    owner: 'person',
    kind: 'basic',
    secret: new Secret(secret),
  })
const owners = async () =>
  (await talk.broker.list())
    .filter(({ kind }) => ['basic', 'text'].includes(kind))
    .map(({ owner }) => owner)
    .sort()

describe('git', () => {
  test('that saved the old one itself gets the new one at once, and its repetition of the old one changes nothing', async () => {
    await gitStores('old')
    await sets('new')
    expect(await gitGets()).toBe('new')
    await gitStores('old')
    await gitStores('new')
    expect([await gitGets(), await owners()]).toEqual(['new', ['person']])
  })

  test('that was refused with the old one meanwhile loses nothing', async () => {
    await gitStores('old')
    await sets('new')
    await gitErases('old')
    expect(await gitGets()).toBe('new')
  })

  test('that is refused with the new one asks, and what is typed then counts, also the old one', async () => {
    await gitStores('old')
    await sets('new')
    await gitErases('new')
    expect(await gitGets()).toBeUndefined()
    await gitStores('old')
    expect([await gitGets(), await dockerGets()]).toEqual(['old', 'new'])
  })
})

describe('docker', () => {
  test('that repeats what git has makes no copy, lists it, and gets the next one', async () => {
    await gitStores('g')
    expect(await dockerGets()).toBe('g')
    await dockerStores('g')
    expect([await owners(), await dockerLists()]).toEqual([['git'], { [host]: 'alice' }])
    await gitStores('rotated')
    expect([await dockerGets(), await dockerLists()]).toEqual(['rotated', { [host]: 'alice' }])
  })

  test('that signed in itself gets the new one and lists it', async () => {
    await dockerStores('old')
    await sets('new')
    expect([await dockerGets(), await dockerLists()]).toEqual(['new', { [host]: 'alice' }])
    await dockerStores('old')
    expect(await dockerGets()).toBe('new')
  })

  test('that signs in as another user of git stays with that user', async () => {
    await gitStores('a')
    await gitStores('b', 'bob')
    await dockerStores('a')
    expect([await dockerGets(), await dockerLists()]).toEqual(['a', { [host]: 'alice' }])
    await dockerStores('b', 'bob')
    expect([await dockerGets(), await dockerLists()]).toEqual(['b', { [host]: 'bob' }])
    await dockerStores('own', 'carol')
    expect([await dockerGets(), await dockerLists()]).toEqual(['own', { [host]: 'carol' }])
    await dockerStores('a')
    expect([await dockerGets(), await dockerLists(), await owners()]).toEqual([
      'a',
      { [host]: 'alice' },
      ['git', 'git'],
    ])
  })

  test('that signs in again after a logout has it again, without a copy', async () => {
    await gitStores('g')
    await dockerStores('g')
    await talk.say(docker, 'erase', host)
    expect([await dockerGets(), await dockerLists()]).toEqual([undefined, {}])
    await dockerStores('g')
    expect([await dockerGets(), await dockerLists(), await owners()]).toEqual(['g', { [host]: 'alice' }, ['git']])
  })

  test('goes on to list the spelling that it signed in with', async () => {
    const spelled = `${host}:443`
    await dockerStores('old', 'alice', spelled)
    expect(await dockerLists()).toEqual({ [spelled]: 'alice' })
    await sets('new')
    expect([await dockerGets(), await dockerLists()]).toEqual(['new', { [spelled]: 'alice' }])
    await dockerStores('new', 'alice', host)
    expect(await dockerLists()).toEqual({ [host]: 'alice' })
  })

  test('through an alias gets the new one, and what it saved there itself is its own', async () => {
    await gitStores('old')
    await dockerStores('old', 'alice', 'ghcr.example.com')
    await sets('new')
    expect(await dockerGets('ghcr.example.com')).toBe('new')
    await dockerStores('own', 'alice', 'ghcr.example.com')
    await sets('newer')
    expect([await dockerGets('ghcr.example.com'), await dockerGets()]).toEqual(['own', 'newer'])
  })
})

describe('Python', () => {
  test('gets the new one in its own item', async () => {
    await pythonSets('old')
    await sets('new')
    expect(await pythonGets()).toBe('new')
    expect(await owners()).toEqual(['person', 'python'])
    await pythonSets('old')
    expect(await pythonGets()).toBe('new')
  })

  test('that sets what it was answered makes no copy', async () => {
    await gitStores('g')
    expect(await pythonGets(`https://${host}/pypi/simple/`)).toBe('g')
    await pythonSets('g', `https://${host}/pypi/simple/`)
    await gitStores('rotated')
    expect([await pythonGets(`https://${host}/pypi/simple/`), await owners()]).toEqual(['rotated', ['git']])
  })

  test('that sets another one has its own', async () => {
    await gitStores('g')
    await pythonSets('p')
    expect([await pythonGets(), await gitGets()]).toEqual(['p', 'g'])
  })

  test('takes the account saved last where it names none', async () => {
    await pythonSets('a')
    talk.wait(1000)
    await pythonSets('b', `https://${host}/`, 'bob')
    expect(await pythonGets(`https://${host}/`, null)).toBe('b')
  })
})

test('npm, which takes only what is shared or its own, gets the new one where it had its own', async () => {
  await talk.store.save(
    { tool: 'npm', personPresent: false },
    { endpoint: address, account: 'alice', owner: 'npm', kind: 'basic', secret: new Secret('old') },
  )
  expect(await npmGets()).toBe('old')
  await sets('new')
  expect(await npmGets()).toBe('new')
})

describe('several accounts', () => {
  test("docker's later login goes before the default, and another word of the person before that", async () => {
    await sets('a', 'alice')
    await sets('b', 'bob')
    expect(await dockerGets()).toBe('b')
    talk.wait(1000)
    await dockerStores('new', 'alice')
    expect([await dockerGets(), await gitGets()]).toEqual(['new', 'b'])
    talk.wait(1000)
    await sets('c', 'bob')
    expect(await dockerGets()).toBe('c')
  })

  test('the one that is set is meant by all who name none; each is found by its name', async () => {
    await gitStores('a')
    await dockerStores('d', 'bob')
    await sets('c', 'carol')
    expect([await gitGets(), await dockerGets()]).toEqual(['c', 'c'])
    expect([await gitGets(host, 'alice'), await gitGets(host, 'bob')]).toEqual(['a', 'd'])
  })

  test('rotating one leaves the other', async () => {
    await gitStores('a')
    await gitStores('b', 'bob')
    await sets('a2', 'alice')
    expect([await gitGets(host, 'alice'), await gitGets(host, 'bob')]).toEqual(['a2', 'b'])
    expect(await gitGets()).toBe('a2')
  })
})
