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

  test("docker's answers git, but never an identity token", async () => {
    await dockerLogin('d')
    expect(await gitGets()).toBe('d')
    await dockerLogin('id', host, '<token>')
    expect(await dockerGets()).toBe('id')
    expect(await gitGets()).toBeUndefined()
  })

  test("docker login and logout do not change git's credential", async () => {
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

  test('a git 401 does not sign docker out, and git is not offered the same credential again', async () => {
    await dockerLogin('d')
    expect(await gitGets()).toBe('d')
    await gitErases('d')
    expect([await gitGets(), await dockerGets()]).toEqual([undefined, 'd'])
    await gitStores('g')
    expect([await gitGets(), await dockerGets()]).toEqual(['g', 'd'])
  })

  test("a git 401 for its own credential does not change docker's", async () => {
    await dockerLogin('d')
    await gitStores('g')
    await gitErases('g')
    expect([await gitGets(), await dockerGets()]).toEqual(['d', 'd'])
  })

  test('git stores a borrowed answer: nothing is copied', async () => {
    await dockerLogin('d')
    await gitStores('d')
    await dockerLogout()
    expect(await gitGets()).toBeUndefined()
  })

  test('an account of http does not answer for https', async () => {
    await talk.say(git, 'store', `protocol=http\nhost=${host}\nusername=alice\npassword=plain\n`)
    expect(await dockerGets()).toBeUndefined()
    expect(await dockerGets(`http://${host}`)).toBe('plain')
  })
})

describe('docker saves what it borrowed', () => {
  const kept = async () => (await talk.broker.list()).map(({ owner, kind, account }) => `${owner} ${kind} ${account}`)

  test("a login with the borrowed credential is not copied but listed; docker also gets git's next token", async () => {
    await gitStores('g')
    expect(await dockerGets()).toBe('g')
    await dockerLogin('g')
    expect(await kept()).toEqual(['git basic alice', 'docker shared alice'])
    expect([await dockerGets(), await dockerLists()]).toEqual(['g', { [host]: 'alice' }])
    await dockerLogin('g')
    await gitStores('newer')
    expect([await dockerGets(), await dockerLists()]).toEqual(['newer', { [host]: 'alice' }])
  })

  test("also with a person's credential", async () => {
    const endpoint = parseAddress(`https://${host}`)
    await talk.broker.save({ endpoint, account: 'alice', owner: 'person', kind: 'basic', secret: new Secret('p') })
    await dockerLogin('p')
    expect(await kept()).toEqual(['person basic alice', 'docker shared alice'])
  })

  test('another secret or another user is saved as its own', async () => {
    await gitStores('g')
    await dockerLogin('d')
    await dockerLogin('g', host, 'bob')
    expect((await kept()).sort()).toEqual(['docker basic bob', 'git basic alice'])
  })

  test('a credential that docker would not be answered is saved as its own', async () => {
    await gitStores('g')
    await gitStores('b', host, 'bob')
    await dockerLogin('b', host, 'bob')
    expect([await dockerGets(), await dockerLists()]).toEqual(['b', { [host]: 'bob' }])
    await dockerLogout()
    await dockerLogin('g')
    expect([await dockerGets(), await dockerLists()]).toEqual(['g', { [host]: 'alice' }])
  })

  test('its own login stays its own, even if another owner now has the same', async () => {
    await dockerLogin('same')
    await gitStores('same', host, 'alice')
    await dockerLogin('same')
    await gitErases('same')
    expect(await dockerGets()).toBe('same')
  })

  test('a logout ends it', async () => {
    await gitStores('g')
    await dockerLogin('g')
    await dockerLogout()
    expect([await dockerGets(), await dockerLists(), await gitGets()]).toEqual([undefined, {}, 'g'])
  })
})

describe("a host that is not a registry: git's login is not borrowed unless shared", () => {
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

  test('it is borrowed while it is shared', async () => {
    await gitStores('g', 'github.com')
    const at = parseAddress('https://github.com')
    await (await talk.broker.personActions()).share(at, 'alice', 'docker')
    expect([await dockerGets('github.com'), await dockerLists()]).toEqual(['g', { 'github.com': 'alice' }])
    await (await talk.broker.personActions()).unshare(at, 'alice', 'docker', false)
    expect(await dockerGets('github.com')).toBeUndefined()
  })

  test("docker's own login there is saved as its own, also with git's token", async () => {
    await gitStores('g', 'gitlab.com')
    await dockerLogin('g', 'gitlab.com')
    expect(await dockerGets('gitlab.com')).toBe('g')
    await dockerLogin('d', 'gitlab.com')
    expect(await dockerGets('gitlab.com')).toBe('d')
  })

  test('their registries are registries, also through an alias', async () => {
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

  test('answers for repositories below it, the nearest group first, and for no others', async () => {
    await group('group-a', 'a')
    await group('group-a/sub', 's')
    await group('group-b', 'b')
    expect(await dockerGets(`${host}/group-a/app`)).toBe('a')
    expect(await dockerGets(`${host}/group-a/sub/deep/app`)).toBe('s')
    expect(await dockerGets(`${host}/group-b/app`)).toBe('b')
    expect(await dockerGets(`${host}/group-ab/app`)).toBeUndefined()
    expect([await dockerGets(), await dockerGets(`http://${host}/group-a/app`)]).toEqual([undefined, undefined])
  })

  test("the host's is not used, because clients ask for it themselves", async () => {
    await gitStores('g')
    expect(await dockerGets(`${host}/group-a/app`)).toBeUndefined()
    await dockerLogin('hub', 'docker.io')
    expect(await dockerGets('https://index.docker.io/v1/access-token')).toBeUndefined()
  })

  test('docker saves and removes exactly there', async () => {
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

  test("the target's login answers for the alias, but not the reverse", async () => {
    await gitStores('g')
    expect([await dockerGets(alias), await gitGets(alias)]).toEqual(['g', 'g'])
    await dockerLogin('d', alias)
    expect([await dockerGets(alias), await dockerGets()]).toEqual(['d', 'g'])
  })

  test('http is not followed to https', async () => {
    await gitStores('g')
    expect(await dockerGets(`http://${alias}`)).toBeUndefined()
  })

  test("logout ends docker's use there and removes nothing at the target, not even docker's own", async () => {
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

  test('a 401 there ends the use there only', async () => {
    await gitStores('g')
    expect(await gitGets(alias)).toBe('g')
    await gitErases('g', alias)
    expect([await gitGets(alias), await gitGets(), await dockerGets(alias)]).toEqual([undefined, 'g', 'g'])
    expect((await (await talk.broker.restorable()).restore(parseAddress(`https://${alias}`))).back).toEqual([])
  })

  test('git stores the answer there: nothing is copied', async () => {
    await gitStores('g')
    await gitStores('g', alias)
    await gitStores('newer')
    expect(await gitGets(alias)).toBe('newer')
  })
})

describe('list and share', () => {
  const at = parseAddress(`https://${host}`)

  test("another owner's credential is listed once it is shared, with the account that get answers", async () => {
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

  test('it is not listed when it is unshared, ended or gone', async () => {
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

  test('a logout ends the share, also while there is no credential', async () => {
    await gitStores('g')
    await (await talk.broker.personActions()).share(at, 'alice', 'docker')
    await gitErases('g')
    await dockerLogout()
    await gitStores('g')
    expect([await dockerGets(), await dockerLists()]).toEqual(['g', {}])
  })

  test("sharing docker's own credential changes nothing, and its next login replaces the share", async () => {
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
