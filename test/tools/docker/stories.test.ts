import { beforeEach, describe, expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { dockerDialect } from '../../../src/tools/docker/dialect.ts'
import { git } from '../../../src/tools/git/dialect.ts'
import { conversation } from '../conversation.ts'

const docker = dockerDialect('0')
const host = 'gitlab.example.com'
let talk = conversation()
beforeEach(() => {
  talk = conversation({ aliases: { 'ghcr.example.com': host } })
})

async function gitGets(at = host, more = '') {
  const { stdout } = await talk.say(git, 'get', `protocol=https\nhost=${at}\n${more}`)
  return stdout
    .split('\n')
    .find((line) => line.startsWith('password='))
    ?.slice(9)
}
const gitStores = (secret: string, at = host, user = 'alice') =>
  talk.say(git, 'store', `protocol=https\nhost=${at}\nusername=${user}\npassword=${secret}\n`)
const gitErases = (secret: string, at = host, user = 'alice') =>
  talk.say(git, 'erase', `protocol=https\nhost=${at}\nusername=${user}\npassword=${secret}\n`)

async function dockerGets(server = host): Promise<string | undefined> {
  const { stdout, exitCode } = await talk.say(docker, 'get', server)
  return exitCode === 0 ? JSON.parse(stdout).Secret : undefined
}
const dockerLogin = (secret: string, server = host, user = 'alice') =>
  talk.say(docker, 'store', JSON.stringify({ ServerURL: server, Username: user, Secret: secret }))
/** As docker/cli does: four spellings, cli/command/registry/logout.go. */
async function dockerLogout(server = host) {
  for (const spelling of [server, server, `http://${server}`, `https://${server}`]) {
    expect(await talk.say(docker, 'erase', spelling)).toEqual({ stdout: '', stderr: '', exitCode: 0 })
  }
}
const dockerLists = async () => JSON.parse((await talk.say(docker, 'list', 'unused')).stdout)

describe('one login', () => {
  test("git's answers docker, which does not list it", async () => {
    await gitStores('g')
    expect(await dockerGets()).toBe('g')
    expect(await dockerLists()).toEqual({})
  })

  test("docker's answers git, an identity token never", async () => {
    await dockerLogin('d')
    expect(await gitGets()).toBe('d')
    await dockerLogin('id', host, '<token>')
    expect(await dockerGets()).toBe('id')
    expect(await gitGets()).toBeUndefined()
  })

  test('a docker login leaves git its own, and so does the logout', async () => {
    await gitStores('g')
    await dockerLogin('d')
    expect([await gitGets(), await dockerGets()]).toEqual(['g', 'd'])
    await dockerLogout()
    expect([await gitGets(), await dockerGets()]).toEqual(['g', undefined])
  })

  test("docker logout ends docker's use of git's until docker's next login", async () => {
    await gitStores('g')
    await dockerLogout()
    expect([await gitGets(), await dockerGets()]).toEqual(['g', undefined])
    await gitStores('newer')
    expect(await dockerGets()).toBeUndefined()
    await dockerLogin('d')
    expect([await gitGets(), await dockerGets()]).toEqual(['newer', 'd'])
  })

  test('podman logout --all: list, then erase of each key, signs nobody else out', async () => {
    await gitStores('g')
    await dockerLogin('d')
    await dockerLogin('e', 'other.example.com')
    for (const server of Object.keys(await dockerLists())) await talk.say(docker, 'erase', server)
    expect(await dockerLists()).toEqual({})
    expect([await gitGets(), await dockerGets(), await dockerGets('other.example.com')]).toEqual([
      'g',
      undefined,
      undefined,
    ])
  })

  test('a git 401 does not sign docker out, and git is not offered the same for ever', async () => {
    await dockerLogin('d')
    expect(await gitGets()).toBe('d')
    await gitErases('d')
    expect([await gitGets(), await dockerGets()]).toEqual([undefined, 'd'])
    await gitStores('g')
    expect([await gitGets(), await dockerGets()]).toEqual(['g', 'd'])
  })

  test('a git 401 over its own leaves docker its own', async () => {
    await dockerLogin('d')
    await gitStores('g')
    await gitErases('g')
    expect([await gitGets(), await dockerGets()]).toEqual(['d', 'd'])
  })

  test('git repeats what it borrowed: nothing is copied', async () => {
    await dockerLogin('d')
    await gitStores('d')
    await dockerLogout()
    expect(await gitGets()).toBeUndefined()
  })

  test('an account of http is nobody of https', async () => {
    await talk.say(git, 'store', `protocol=http\nhost=${host}\nusername=alice\npassword=plain\n`)
    expect(await dockerGets()).toBeUndefined()
    expect(await dockerGets(`http://${host}`)).toBe('plain')
  })
})

describe('what docker repeats', () => {
  const kept = async () => (await talk.broker.list()).map(({ owner, kind, account }) => `${owner} ${kind} ${account}`)

  test("a login with what it was answered is no copy, and is listed; git's next token is docker's, too", async () => {
    await gitStores('g')
    expect(await dockerGets()).toBe('g')
    await dockerLogin('g')
    expect(await kept()).toEqual(['git basic alice', 'docker shared alice'])
    expect([await dockerGets(), await dockerLists()]).toEqual(['g', { [host]: 'alice' }])
    await dockerLogin('g')
    await gitStores('newer')
    expect([await dockerGets(), await dockerLists()]).toEqual(['newer', { [host]: 'alice' }])
  })

  test("a person's, too", async () => {
    const endpoint = parseAddress(`https://${host}`)
    await talk.broker.save({ endpoint, account: 'alice', owner: 'person', kind: 'basic', secret: new Secret('p') })
    await dockerLogin('p')
    expect(await kept()).toEqual(['person basic alice', 'docker shared alice'])
  })

  test('another secret or another user is its own', async () => {
    await gitStores('g')
    await dockerLogin('d')
    await dockerLogin('g', host, 'bob')
    expect((await kept()).sort()).toEqual(['docker basic bob', 'git basic alice'])
  })

  test('so is what it would not be answered', async () => {
    await gitStores('g')
    await gitStores('b', host, 'bob')
    await dockerLogin('b', host, 'bob')
    expect([await dockerGets(), await dockerLists()]).toEqual(['b', { [host]: 'bob' }])
    await dockerLogout()
    await dockerLogin('g')
    expect([await dockerGets(), await dockerLists()]).toEqual(['g', { [host]: 'alice' }])
  })

  test('its own login stays its own, whoever has the same by now', async () => {
    await dockerLogin('same')
    await gitStores('same', host, 'alice')
    await dockerLogin('same')
    await gitErases('same')
    expect(await dockerGets()).toBe('same')
  })

  test('a logout takes it back', async () => {
    await gitStores('g')
    await dockerLogin('g')
    await dockerLogout()
    expect([await dockerGets(), await dockerLists(), await gitGets()]).toEqual([undefined, {}, 'g'])
  })
})

describe("a host that is no registry: git's login is not borrowed unasked", () => {
  test.each([
    'github.com',
    'https://github.com',
    'http://github.com',
    'gitlab.com',
    'bitbucket.org',
    'dev.azure.com',
    'huggingface.co',
    'https://github.com/team/app',
  ])('%s', async (server) => {
    const { host: at } = new URL(server.includes('://') ? server : `https://${server}`)
    const protocol = server.startsWith('http://') ? 'http' : 'https'
    await talk.say(git, 'store', `protocol=${protocol}\nhost=${at}\nusername=alice\npassword=g\n`)
    expect(await dockerGets(server)).toBeUndefined()
  })

  test('once it is shared it is, until that is taken back', async () => {
    await gitStores('g', 'github.com')
    const at = parseAddress('https://github.com')
    await (await talk.broker.personActions()).share(at, 'alice', 'docker')
    expect([await dockerGets('github.com'), await dockerLists()]).toEqual(['g', { 'github.com': 'alice' }])
    await (await talk.broker.personActions()).unshare(at, 'alice', 'docker', false)
    expect(await dockerGets('github.com')).toBeUndefined()
  })

  test("docker's own login there is its own, also with git's token", async () => {
    await gitStores('g', 'gitlab.com')
    await dockerLogin('g', 'gitlab.com')
    expect(await dockerGets('gitlab.com')).toBe('g')
    await dockerLogin('d', 'gitlab.com')
    expect(await dockerGets('gitlab.com')).toBe('d')
  })

  test('their registries are registries, also by an alias that a person wrote', async () => {
    talk = conversation({ aliases: { 'ghcr.io': 'github.com' } })
    await gitStores('g', 'github.com')
    await gitStores('r', 'registry.gitlab.com')
    expect([await dockerGets('ghcr.io'), await dockerGets('registry.gitlab.com')]).toEqual(['g', 'r'])
  })
})

describe('a sign-in for a group of a registry', () => {
  const group = (path: string, account: string) =>
    talk.broker.save({
      endpoint: parseAddress(`https://${host}/${path}`),
      account,
      owner: 'person',
      kind: 'basic',
      secret: new Secret(account),
    })

  test('answers what is asked for below it, the nearest first, and nothing beside it', async () => {
    await group('group-a', 'a')
    await group('group-a/sub', 's')
    await group('group-b', 'b')
    expect(await dockerGets(`${host}/group-a/app`)).toBe('a')
    expect(await dockerGets(`${host}/group-a/sub/deep/app`)).toBe('s')
    expect(await dockerGets(`${host}/group-b/app`)).toBe('b')
    expect(await dockerGets(`${host}/group-ab/app`)).toBeUndefined()
    expect([await dockerGets(), await dockerGets(`http://${host}/group-a/app`)]).toEqual([undefined, undefined])
  })

  test("never the host's, for which clients ask by themselves", async () => {
    await gitStores('g')
    expect(await dockerGets(`${host}/group-a/app`)).toBeUndefined()
    await dockerLogin('hub', 'docker.io')
    expect(await dockerGets('https://index.docker.io/v1/access-token')).toBeUndefined()
  })

  test('what docker saves and removes is exactly there', async () => {
    await group('group-a', 'a')
    await dockerLogin('d', `${host}/group-a/app`)
    expect([await dockerGets(`${host}/group-a/app`), await dockerGets(`${host}/group-a`)]).toEqual(['d', 'a'])
    await talk.say(docker, 'erase', `${host}/group-a/app`)
    expect([await dockerGets(`${host}/group-a/app`), await dockerGets(`${host}/group-a/other`)]).toEqual([
      undefined,
      'a',
    ])
  })
})

describe('through an alias', () => {
  const alias = 'ghcr.example.com'

  test("the target's login answers, never the other way round", async () => {
    await gitStores('g')
    expect([await dockerGets(alias), await gitGets(alias)]).toEqual(['g', 'g'])
    await dockerLogin('d', alias)
    expect([await dockerGets(alias), await dockerGets()]).toEqual(['d', 'g'])
  })

  test('http is not followed to https', async () => {
    await gitStores('g')
    expect(await dockerGets(`http://${alias}`)).toBeUndefined()
  })

  test("logout ends docker's use there and removes nothing of the target, be it docker's own", async () => {
    await gitStores('g')
    await dockerLogin('d')
    expect(await dockerGets(alias)).toBe('d')
    await dockerLogout(alias)
    expect([await dockerGets(alias), await dockerGets(), await gitGets()]).toEqual([undefined, 'd', 'g'])
    await dockerLogin('e', alias)
    expect([await dockerGets(alias), await dockerGets()]).toEqual(['e', 'd'])
    await dockerLogout(alias)
    expect([await dockerGets(alias), await dockerGets()]).toEqual([undefined, 'd'])
  })

  test('a 401 there ends it there only', async () => {
    await gitStores('g')
    expect(await gitGets(alias)).toBe('g')
    await gitErases('g', alias)
    expect([await gitGets(alias), await gitGets(), await dockerGets(alias)]).toEqual([undefined, 'g', 'g'])
    expect((await talk.broker.restorable.restore(parseAddress(`https://${alias}`))).back).toEqual([])
  })

  test('what git repeats there is not copied', async () => {
    await gitStores('g')
    await gitStores('g', alias)
    await gitStores('newer')
    expect(await gitGets(alias)).toBe('newer')
  })
})

describe('list and share', () => {
  const at = parseAddress(`https://${host}`)

  test("another's is listed once a person says so, as the account that get answers", async () => {
    await gitStores('g')
    await (await talk.broker.personActions()).share(at, 'alice', 'docker')
    expect(await dockerLists()).toEqual({ [host]: 'alice' })
    await gitStores('b', host, 'bob')
    await (await talk.broker.personActions()).setDefault(at, 'bob')
    expect(await dockerGets()).toBe('b')
    expect(await dockerLists()).toEqual({})
    await (await talk.broker.personActions()).setDefault(at, 'alice')
    expect(await dockerLists()).toEqual({ [host]: 'alice' })
  })

  test('unshared, ended or gone it is not listed', async () => {
    const actions = await talk.broker.personActions()
    await gitStores('g')
    await actions.share(at, 'alice', 'docker')
    expect(await actions.unshare(at, 'alice', 'docker', true)).toBe(true)
    expect(await actions.unshare(at, 'alice', 'docker', true)).toBe(false)
    expect([await dockerGets(), await dockerLists()]).toEqual([undefined, {}])
    await actions.share(at, 'alice', 'docker')
    await dockerLogout()
    expect(await dockerLists()).toEqual({})
    await actions.share(at, 'alice', 'docker')
    expect([await dockerGets(), await dockerLists()]).toEqual(['g', { [host]: 'alice' }])
    await gitErases('g')
    expect(await dockerLists()).toEqual({})
  })

  test('a logout takes the share back, also while nothing lies there', async () => {
    await gitStores('g')
    await (await talk.broker.personActions()).share(at, 'alice', 'docker')
    await gitErases('g')
    await dockerLogout()
    await gitStores('g')
    expect([await dockerGets(), await dockerLists()]).toEqual(['g', {}])
  })

  test("sharing what docker saved itself changes nothing, and its next login takes the share's place", async () => {
    await dockerLogin('d')
    await (await talk.broker.personActions()).share(at, 'alice', 'docker')
    expect([await dockerGets(), await dockerLists()]).toEqual(['d', { [host]: 'alice' }])
    await dockerLogin('b', host, 'bob')
    expect([await dockerGets(), await dockerLists()]).toEqual(['b', { [host]: 'bob' }])
  })

  test('through an alias', async () => {
    await gitStores('g')
    const alias = parseAddress('https://ghcr.example.com')
    expect(await (await talk.broker.personActions()).reachable(alias)).toMatchObject([
      { account: 'alice', owner: 'git' },
    ])
    await (await talk.broker.personActions()).share(alias, 'alice', 'docker')
    expect(await dockerLists()).toEqual({ 'ghcr.example.com': 'alice' })
    await dockerLogout('ghcr.example.com')
    expect(await dockerLists()).toEqual({})
  })
})
