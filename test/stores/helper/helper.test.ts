import { linkSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect } from 'vitest'
import type { Credential } from '../../../src/core/credential.ts'
import { ourselves } from '../../../src/core/credential.ts'
import { parseAddress, serviceName } from '../../../src/core/endpoint.ts'
import type { Failure } from '../../../src/core/failure.ts'
import { moveItem } from '../../../src/core/move-item.ts'
import { Secret } from '../../../src/core/secret.ts'
import { helperStore, openHelper } from '../../../src/stores/helper/store.ts'
import { helperType } from '../../../src/stores/helper/type.ts'
import { memoryStore } from '../../../src/stores/memory/store.ts'
import { runIn } from '../../../src/system/child.ts'
import { programOnPath } from '../../../src/system/programs.ts'
import { someone } from '../../asker.ts'
import { thorough, usual, usually } from '../../real/depth.ts'
import { testMachine } from '../../test-machine.ts'
import { credential, expectFailure, expectItems, unknown } from '../contract-world.ts'
import { keeper, open, standIn } from './stand-in.ts'

const run = runIn(process.env)

const host = parseAddress('https://git.example.com')

usually(describe)('the program of a helper', () => {
  usual.each(['', '../evil', 'a/b', 'a\\b', '.', '-v', 'a b', 'a;b', 'ü'])('%j is no helper name', async (name) => {
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

  usual('a helper that is not on PATH is unavailable, and named', async () => {
    const failure = await open('other', ['/nowhere', '.']).catch((error: Failure) => error)
    expect(failure).toMatchObject({ code: 'unavailable', message: 'docker-credential-other is not on PATH' })
  })

  usual("a Windows program on WSL's PATH is used", async () => {
    const helper = standIn('docker-credential-wincred.exe')
    const store = await open('wincred', [helper.folder])
    expect(store.name).toBe('helper:wincred')
    const item = credential(host, { account: 'EXAMPLE\\ann', secret: new Secret('p@ss') })
    await store.save(someone, item)
    expectItems(await store.find(someone, [host]), [item])
    expect(await store.remove(someone, item)).toBe(true)
    expect(helper.kept()).toEqual({})
  })

  usual(
    'credbridge itself is refused: by its name, through a link, or called by the helper that it calls',
    async () => {
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
    },
  )

  usual('a script that calls credbridge is detected by its error message', async () => {
    const script = `console.log('credbridge: a helper that credbridge asked asks credbridge in turn'); process.exitCode = 1`
    const store = await open('other', [standIn(undefined, script).folder])
    await expectFailure(store.find(someone, [host]), 'refused')
    await expectFailure(store.save(someone, credential(host)), 'refused')
  })
})

describe('the entries of a helper', () => {
  thorough("docker's sign-ins are stored as docker stores them, others under credbridge's names", async () => {
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

  thorough("docker's entries are found in any spelling; foreign entries are ignored", async () => {
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

  thorough('an unknown kind is not a second account, and is not mistaken for a known kind', async () => {
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

  thorough('an unknown item is saved and found as equal JSON; one that no helper can store is refused', async () => {
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

  usual('newer helpers list labels instead of servers', async () => {
    const lists = `if (helper.verb === 'list') console.log('{"Registry credentials for ghcr.io":"ann"}')
else if (helper.input === 'ghcr.io') console.log('{"Username":"ann","Secret":"s"}')
else process.exitCode = 1`
    const store = await open('other', [standIn(undefined, lists).folder])
    const at = parseAddress('https://ghcr.io')
    expectItems(await store.find(someone, [at]), [credential(at, { owner: 'docker', secret: new Secret('s') })])
  })

  thorough('a second account is refused and the first one stays, also if docker saved the first one', async () => {
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

  thorough('another kind replaces the earlier one', async () => {
    const helper = standIn()
    const store = await open('other', [helper.folder])
    for (const kind of ['basic', 'bearer', 'basic'] as const) {
      await store.save(someone, credential(host, { kind }))
      expect(Object.keys(helper.kept())).toHaveLength(1)
      expectItems(await store.find(someone, [host]), [credential(host, { kind })])
    }
  })
})

usually(describe)('the answers of a helper', () => {
  const answering = async (answers: Readonly<Record<string, string>>) => {
    const helper = standIn(undefined, `process.stdout.write(${JSON.stringify(answers)}[helper.verb] ?? '')`)
    return open('other', [helper.folder])
  }
  const list = '{"credbridge:git:https://git.example.com":"ann"}'

  usual.each([
    ['unknown members', '{"Username":"ann","Secret":"s","Expiry":{"in":[1,2]},"ServerURL":"x"}'],
    ['names in another case', '{"username":"ann","SECRET":"s"}'],
    ['line ends and marks of Windows', '\ufeff{"Username":"ann","Secret":"s"}\r\n'],
  ])('tolerates %s', async (_, get) => {
    const store = await answering({ list: `${list}\r\n`, get })
    expectItems(await store.find(someone, [host]), [credential(host, { secret: new Secret('s') })])
  })

  usual.each(['', 'null', '{}', ' {} \n', '{"x.example.com":7}'])('%j is an empty list', async (list) => {
    const store = await answering({ list })
    expect(await store.list(someone)).toEqual([])
    expect(await store.find(someone, [host])).toEqual([])
  })

  usual('an entry that was removed before it is read, or is empty, is absent', async () => {
    const gone = `if (helper.verb === 'list') console.log('${list}')
else { console.log('credentials not found in native keychain'); process.exitCode = 1 }`
    expect(await (await open('other', [standIn(undefined, gone).folder])).find(someone, [host])).toEqual([])
    expect(await (await answering({ list, get: '{"Username":"","Secret":""}' })).find(someone, [host])).toEqual([])
  })

  usual.each(['p@ss', '[]', '"p@ss"', '{"Username":"ann","Secret":7}', '{"Username":"ann","Secret":"p@ss"'])(
    'an invalid answer is malformed: %s',
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

  usual.each(['p@ss', '[]', '"p@ss"', '7'])('an invalid list is malformed: %s', async (list) => {
    await expectFailure((await answering({ list })).list(someone), 'malformed')
  })

  usual('its error message is never repeated', async () => {
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

  usual('a failed save removes a half-written new entry, but no earlier entry', async () => {
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

  usual('a slow helper is a timeout', async () => {
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

  usual('a helper is never told to write without the lock', async () => {
    const { program, folder } = standIn(
      undefined,
      `fs.appendFileSync(__dirname + '/calls', helper.verb + (fs.existsSync(__dirname + '/it.lock') ? ' locked' : '') + '\\n')\n${keeper}`,
    )
    const userId = process.getuid?.() ?? -1
    const lock = { folder, name: 'it', userId }
    const options = { command: 'docker-credential-other', program, run, limit: () => 10_000, lock }
    const store = helperStore('other', { ...options, locks: { folder, userId } })
    const item = credential(host)
    await store.save(someone, item)
    expect(await store.remove(someone, item, item.secret)).toBe(true)
    const calls = readFileSync(join(folder, 'calls'), 'utf8').split('\n')
    expect(calls.filter((call) => /^(store|erase)/.test(call))).toEqual(['store locked', 'erase locked'])
  })

  usual('it receives secrets on standard input only, and runs in the root folder', async () => {
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

  usual('a message longer than its line limit is too large', async () => {
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

describe("docker's helper for Windows takes 2,560 bytes", () => {
  const opened = async (name: string) => {
    const helper = standIn(`docker-credential-${name}`)
    const env = { PATH: helper.folder }
    const machine = testMachine(helper.folder, { env, run, program: (command) => programOnPath(command, env) })
    const settings = { stores: undefined, vaultKeyFile: undefined, secretServiceSession: 'plain' } as const
    return { helper, store: await helperType.open({ machine, settings, parameter: name }) }
  }

  thorough.each([
    ['plain', 'x'.repeat(2561)],
    ['escaped', 'é'.repeat(500)],
  ])('so a larger secret is sealed: %s', async (_, text) => {
    const { helper, store } = await opened('wincred')
    const item = credential(host, { secret: new Secret(text) })
    await store.save(someone, item)
    for (const [, secret] of Object.values(helper.kept())) expect(secret.length).toBeLessThanOrEqual(2560)
    expectItems(await store.find(someone, [host]), [item])
    expect(await store.remove(someone, item, item.secret)).toBe(true)
    expect(helper.kept()).toEqual({})
  })

  usual('and others are kept as they are, also by other helpers', async () => {
    for (const [name, size] of [
      ['wincred', 2560],
      ['other', 3000],
    ] as const) {
      const { helper, store } = await opened(name)
      await store.save(someone, credential(host, { secret: new Secret('x'.repeat(size)) }))
      expect(Object.values(helper.kept()).map(([, secret]) => secret.length)).toEqual([size])
    }
  })
})
