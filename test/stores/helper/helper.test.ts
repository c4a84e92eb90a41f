import { linkSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Credential } from '../../../src/core/credential.ts'
import { ourselves } from '../../../src/core/credential.ts'
import { parseAddress, serviceName } from '../../../src/core/endpoint.ts'
import type { Failure } from '../../../src/core/failure.ts'
import { moveItem } from '../../../src/core/move-item.ts'
import { Secret } from '../../../src/core/secret.ts'
import { helperStore, openHelper } from '../../../src/stores/helper/store.ts'
import { memoryStore } from '../../../src/stores/memory/store.ts'
import { runIn } from '../../../src/system/child.ts'
import { someone } from '../../asker.ts'
import { testMachine } from '../../test-machine.ts'
import { credential, expectFailure, expectItems, unknown } from '../contract-world.ts'
import { open, standIn } from './stand-in.ts'

const run = runIn(process.env)

const host = parseAddress('https://git.example.com')

describe('which program it is', () => {
  test.each(['', '../evil', 'a/b', 'a\\b', '.', '-v', 'a b', 'a;b', 'ü'])('%j is no name of a helper', async (name) => {
    const looked: string[] = []
    const machine = testMachine('/nowhere', {
      run,
      program(command: string) {
        looked.push(command)
        return undefined
      },
    })
    await expectFailure(openHelper(name, machine), 'malformed')
    expect(looked).toEqual([])
  })

  test('one that is not on PATH is unavailable, and named', async () => {
    const failure = await open('other', ['/nowhere', '.']).catch((error: Failure) => error)
    expect(failure).toMatchObject({ code: 'unavailable', message: 'docker-credential-other is not on PATH' })
  })

  test("a Windows program stands in where WSL's PATH has one", async () => {
    const helper = standIn('docker-credential-wincred.exe')
    const store = await open('wincred', [helper.folder])
    expect(store.name).toBe('helper:wincred')
    const item = credential(host, { account: 'EXAMPLE\\ann', secret: new Secret('p@ss') })
    await store.save(someone, item)
    expectItems(await store.find(someone, [host]), [item])
    expect(await store.remove(someone, item)).toBe(true)
    expect(helper.kept()).toEqual({})
  })

  test('ourselves, under our name, through a link, or asked by the helper that we ask', async () => {
    const { folder, program } = standIn('docker-credential-credbridge')
    const links = join(folder, 'links')
    mkdirSync(links)
    symlinkSync(program, join(links, 'docker-credential-other'))
    symlinkSync(join(links, 'docker-credential-other'), join(links, 'docker-credential-chain'))
    linkSync(program, join(links, 'docker-credential-stranger'))
    for (const name of ['credbridge', 'credbridge-containers']) await expectFailure(open(name, [folder]), 'refused')
    await expectFailure(open('other', [links], { installedIn: folder }), 'refused')
    await expectFailure(open('chain', [links], { installedIn: folder }), 'refused')
    await expectFailure(open('stranger', [links], { inside: true }), 'refused')
    expect((await open('other', [links], { installedIn: join(dirname(folder), 'elsewhere') })).name).toBe(
      'helper:other',
    )
  })

  test('a script between us is noticed by what it says', async () => {
    const script = `console.log('credbridge: a helper that credbridge asked asks credbridge in turn'); process.exitCode = 1`
    const store = await open('other', [standIn(undefined, script).folder])
    await expectFailure(store.find(someone, [host]), 'refused')
    await expectFailure(store.save(someone, credential(host)), 'refused')
  })
})

describe('what lies in it', () => {
  test("docker's sign-ins lie there as docker keeps them, others under names of ours", async () => {
    const helper = standIn()
    const store = await open('other', [helper.folder])
    const docker = (at: string, more: Partial<Credential> = {}) =>
      credential(parseAddress(at), { owner: 'docker', ...more })
    const items = [
      docker('https://ghcr.io'),
      docker('https://docker.io', { account: '<token>', kind: 'docker-identity' }),
      docker('http://registry.example.com:5000'),
      docker('https://b.example.com', { spelling: 'B.example.com:443' }),
      docker('https://a.example.com', { secret: new Secret('line\n') }),
      credential(parseAddress('https://ghcr.io')),
      credential(serviceName('ghcr.io'), { owner: 'python', kind: 'text' }),
      credential(parseAddress('https://npm.example.com/r'), { owner: 'npm', kind: 'bearer', account: '' }),
      { endpoint: host, account: 'a/b', owner: ourselves, kind: 'default' } as const,
    ]
    for (const item of items) await store.save(someone, item)
    expect(helper.kept()).toEqual({
      'ghcr.io': ['ann', 'p@ss'],
      'https://index.docker.io/v1/': ['<token>', 'p@ss'],
      'http://registry.example.com:5000': ['ann', 'p@ss'],
      'B.example.com:443': ['ann', 'p@ss'],
      'credbridge:docker:https://a.example.com': ['ann', 'credbridge:1:{"kind":"basic","secret":"line\\n"}'],
      'credbridge:git:https://ghcr.io': ['ann', 'p@ss'],
      'credbridge:python:ghcr.io#text': ['ann', 'credbridge:1:{"kind":"text","secret":"p@ss"}'],
      'credbridge:npm:https://npm.example.com/r#bearer': [
        'credbridge:',
        'credbridge:1:{"kind":"bearer","secret":"p@ss"}',
      ],
      'credbridge:credbridge:https://git.example.com#default=a%2Fb': ['credbridge', 'credbridge:1:{"kind":"default"}'],
    })
    expectItems(
      await store.find(
        someone,
        items.map(({ endpoint }) => endpoint),
      ),
      items,
    )
  })

  test("what docker saved there without us is docker's, however it is spelled; other entries are left alone", async () => {
    const helper = standIn()
    const entries: Record<string, [string, string]> = {
      'ghcr.io': ['ann', 'one'],
      'https://index.docker.io/v1/': ['<token>', 'two'],
      'https://registry.example.com/v2/': ['bob', 'three'],
      'not an address': ['x', 'y'],
      'credbridge:git': ['x', 'y'],
      'credbridge:git:https://a.example.com#later-kind': ['x', 'y'],
      'credbridge:git:https://a.example.com#later-note=z': ['credbridge', 'credbridge:1:{"kind":"later-note"}'],
    }
    helper.keep(entries)
    const store = await open('other', [helper.folder])
    const listed = (await store.list(someone)).map(({ endpoint, account, owner, kind }) => [
      endpoint.key,
      account,
      owner,
      kind,
    ])
    expect(listed).toEqual([
      ['https://ghcr.io', 'ann', 'docker', 'basic'],
      ['https://docker.io', '<token>', 'docker', 'docker-identity'],
      ['https://registry.example.com', 'bob', 'docker', 'basic'],
      ['https://a.example.com', 'x', 'git', 'later-kind'],
      ['https://a.example.com', 'z', 'git', 'later-note'],
    ])
    const at = parseAddress('https://registry.example.com')
    const changed = credential(at, { account: 'bob', owner: 'docker', secret: new Secret('four') })
    await store.save(someone, changed)
    expectItems(await store.find(someone, [at]), [changed])
    expect(await store.remove(someone, changed)).toBe(true)
    const { 'https://registry.example.com/v2/': _gone, ...others } = entries
    expect(helper.kept()).toEqual(others)
  })

  test('a kind that is unknown counts as no second account, and is never taken for one that is known', async () => {
    const helper = standIn()
    const later: Record<string, [string, string]> = { 'credbridge:git:https://git.example.com#later-kind': ['x', 'y'] }
    helper.keep(later)
    const store = await open('other', [helper.folder])
    const left = unknown(host, 'later-kind', 'credbridge:1:{"kind":"later-kind","secret":"y"}', 'x')
    expectItems(await store.find(someone, [host]), [left])
    await store.save(someone, credential(host))
    expectItems(await store.find(someone, [host]), [left, credential(host)])
    expect(await store.remove(someone, credential(host))).toBe(true)
    expect(helper.kept()).toEqual(later)
  })

  test('what this version does not know comes in and goes out, as equal JSON; what no helper can carry stays', async () => {
    const [memory, store] = [memoryStore(), await open('other', [standIn().folder])]
    const value = 'credbridge:1:\t{ "kind" : "passkey",\n"text": "é \\u00e9 日本" } '
    const items = [unknown(host, 'passkey', value), unknown(host, 'unknown', 'credbridge:2: x', 'bob')]
    for (const item of items) await memory.save(someone, item)
    for (const item of items) expect(await moveItem(someone, item, memory, store)).toBe(true)
    expectItems(await store.find(someone, [host]), items)
    for (const item of items) expect(await moveItem(someone, item, store, memory)).toBe(true)
    expectItems(await memory.find(someone, [host]), items)
    for (const text of ['credbridge:2:é', 'credbridge:2:x\n']) {
      await expectFailure(store.save(someone, unknown(host, 'unknown', text)), 'unsupported')
    }
    expect(await store.list(someone)).toEqual([])
  })

  test('labels that newer helpers list instead of servers', async () => {
    const lists = `if (helper.verb === 'list') console.log('{"Registry credentials for ghcr.io":"ann"}')
else if (helper.input === 'ghcr.io') console.log('{"Username":"ann","Secret":"s"}')
else process.exitCode = 1`
    const store = await open('other', [standIn(undefined, lists).folder])
    const at = parseAddress('https://ghcr.io')
    expectItems(await store.find(someone, [at]), [credential(at, { owner: 'docker', secret: new Secret('s') })])
  })

  test('a second account is refused and the first one stays, also beside what docker saved without us', async () => {
    const helper = standIn()
    helper.keep({ 'ghcr.io': ['ann', 'one'] })
    const store = await open('other', [helper.folder])
    await store.save(someone, credential(host))
    const before = helper.kept()
    const second = store.save(someone, credential(host, { account: 'bob' }))
    await expect(second).rejects.toMatchObject({ code: 'unsupported', hints: [expect.any(String), expect.any(String)] })
    const ghcr = parseAddress('https://ghcr.io')
    await expectFailure(store.save(someone, credential(ghcr, { owner: 'docker', account: 'bob' })), 'unsupported')
    expect(helper.kept()).toEqual(before)
    await store.save(someone, credential(ghcr, { account: 'bob' }))
    await store.save(someone, { endpoint: host, account: 'bob', owner: 'git', kind: 'ended' })
    expect((await store.list(someone)).filter(({ endpoint }) => endpoint.key === host.key)).toHaveLength(2)
  })

  test('another kind takes the place of the one before', async () => {
    const helper = standIn()
    const store = await open('other', [helper.folder])
    for (const kind of ['basic', 'bearer', 'basic'] as const) {
      await store.save(someone, credential(host, { kind }))
      expect(Object.keys(helper.kept())).toHaveLength(1)
      expectItems(await store.find(someone, [host]), [credential(host, { kind })])
    }
  })
})

describe('how it answers', () => {
  const answering = async (answers: Readonly<Record<string, string>>) => {
    const helper = standIn(undefined, `process.stdout.write(${JSON.stringify(answers)}[helper.verb] ?? '')`)
    return open('other', [helper.folder])
  }
  const list = '{"credbridge:git:https://git.example.com":"ann"}'

  test.each([
    ['members that nobody knows', '{"Username":"ann","Secret":"s","Expiry":{"in":[1,2]},"ServerURL":"x"}'],
    ['names in another case', '{"username":"ann","SECRET":"s"}'],
    ['line ends and marks of Windows', '\ufeff{"Username":"ann","Secret":"s"}\r\n'],
  ])('tolerates %s', async (_, get) => {
    const store = await answering({ list: `${list}\r\n`, get })
    expectItems(await store.find(someone, [host]), [credential(host, { secret: new Secret('s') })])
  })

  test.each(['', 'null', '{}', ' {} \n', '{"x.example.com":7}'])('%j is an empty list', async (list) => {
    const store = await answering({ list })
    expect(await store.list(someone)).toEqual([])
    expect(await store.find(someone, [host])).toEqual([])
  })

  test('an entry that is gone by the time it is read, or is empty, is absent', async () => {
    const gone = `if (helper.verb === 'list') console.log('${list}')
else { console.log('credentials not found in native keychain'); process.exitCode = 1 }`
    expect(await (await open('other', [standIn(undefined, gone).folder])).find(someone, [host])).toEqual([])
    expect(await (await answering({ list, get: '{"Username":"","Secret":""}' })).find(someone, [host])).toEqual([])
  })

  test.each(['p@ss', '[]', '"p@ss"', '{"Username":"ann","Secret":7}', '{"Username":"ann","Secret":"p@ss"'])(
    'cannot be understood: %s',
    async (get) => {
      const store = await answering({ list, get })
      const failure: Failure = await store.find(someone, [host]).then(
        () => expect.fail(),
        (error) => error,
      )
      expect(failure.code).toBe('malformed')
      expect(inspect(failure)).not.toContain('p@ss')
    },
  )

  test.each(['p@ss', '[]', '"p@ss"', '7'])('a list that cannot be understood: %s', async (list) => {
    await expectFailure((await answering({ list })).list(someone), 'malformed')
  })

  test('what it says about an error is repeated nowhere', async () => {
    const leaks = `console.log('no luck with ' + helper.input); console.error('no luck with p@ss'); process.exitCode = 3`
    const store = await open('other', [standIn(undefined, leaks).folder])
    for (const call of [
      () => store.find(someone, [host]),
      () => store.save(someone, credential(host)),
      () => store.list(someone),
    ]) {
      const failure: Failure = await call().then(
        () => expect.fail(),
        (error) => error,
      )
      expect(failure.code).toBe('unavailable')
      expect(inspect(failure, { depth: 9 })).not.toMatch(/p@ss|no luck/)
    }
  })

  test('a failed save takes back what it may have left half made, and nothing that was there before', async () => {
    const half = `if (helper.verb === 'list') console.log('{"credbridge:git:https://old.example.com":"ann"}')
else if (helper.verb !== 'erase') process.exitCode = 1`
    const helper = standIn(undefined, half)
    const store = await open('other', [helper.folder])
    await expectFailure(store.save(someone, credential(parseAddress('https://old.example.com'))), 'unavailable')
    expect(helper.seen().map(({ verb }) => verb)).toEqual(['list', 'store'])
    await expectFailure(store.save(someone, credential(host)), 'unavailable')
    expect(
      helper
        .seen()
        .slice(2)
        .map(({ verb, input }) => [verb, verb === 'store' ? '' : input]),
    ).toEqual([
      ['list', 'unused'],
      ['store', ''],
      ['erase', 'credbridge:git:https://git.example.com'],
    ])
  })

  test('too slow is a timeout', async () => {
    const { program, folder } = standIn(undefined, 'setTimeout(() => {}, 60_000)')
    const options = {
      command: 'docker-credential-other',
      program,
      run,
      limit: () => 300,
      lock: { folder, name: 'it', userId: process.getuid?.() ?? -1 },
      locks: { folder, userId: process.getuid?.() ?? -1 },
    }
    await expectFailure(helperStore('other', options).find(someone, [host]), 'timeout')
    await expectFailure(helperStore('other', options).save(someone, credential(host)), 'timeout')
  })

  test('secrets go to it on standard input only, and it runs in the root folder', async () => {
    const helper = standIn()
    const store = await open('other', [helper.folder])
    const item = credential(host, { secret: new Secret('only-on-stdin') })
    await store.save(someone, item)
    await store.find(someone, [host])
    await store.remove(someone, item, item.secret)
    const seen = helper.seen()
    expect(seen.map(({ verb }) => verb)).toEqual(['list', 'store', 'list', 'get', 'list', 'list', 'get', 'erase'])
    expect(seen[1]?.input).toContain('only-on-stdin')
    for (const { commandLine, environment, folder } of seen) {
      expect(commandLine + environment).not.toContain('only-on-stdin')
      expect(environment).toContain('CREDBRIDGE_INSIDE_HELPER=1')
      expect(folder).toBe('/')
    }
  })

  test('more than it reads in one line is too large', async () => {
    const helper = standIn()
    const store = await open('other', [helper.folder])
    await expectFailure(store.save(someone, credential(host, { secret: new Secret('x'.repeat(40_000)) })), 'too-large')
    await expectFailure(
      store.save(someone, credential(host, { secret: new Secret('\u0001'.repeat(20_000)) })),
      'too-large',
    )
    expect(helper.kept()).toEqual({})
  })
})
