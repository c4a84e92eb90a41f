import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Credential } from '../../src/core/credential.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import { Failure } from '../../src/core/failure.ts'
import { mintedBy, withResult } from '../../src/core/minted.ts'
import type { Ran, RunOptions } from '../../src/core/program.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Store } from '../../src/core/store.ts'
import { approve, withdraw } from '../../src/engine/approvals.ts'
import { mint } from '../../src/engine/mint.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import type { Machine } from '../../src/system/machine.ts'
import { someone } from '../asker.ts'
import { testMachine } from '../test-machine.ts'

const at = { endpoint: parseAddress('https://registry.example.com'), account: 'alice', owner: 'person' }
const minted = mintedBy({ command: ['/bin/mint', 'word'], lasts: 3600, kind: 'basic' }, at, undefined)

let home = ''
let store: Store
let time = 0
let calls: (readonly [string, readonly string[], RunOptions])[] = []
let says: () => Promise<Partial<Ran>> = async () => ({})

function machine(more: Partial<Machine> = {}): Machine {
  return testMachine(home, {
    env: { HOME: home, PATH: '/usr/bin:relative:/bin', LC_ALL: 'C.UTF-8' },
    async run(program, words, options = {}) {
      calls.push([program, words, options])
      return { stdout: `t0ken ${calls.length}\n`, stderr: '', exitCode: 0, ...(await says()) }
    },
    ...more,
  })
}

const ask = async (item: Credential = minted, more: Partial<Machine> = {}) => {
  const answer = await mint({ machine: machine(more), store, asker: someone, now: () => time }, item)
  return answer?.secret.expose()
}

const kept = async () => (await store.find(someone, [at.endpoint]))[0] as Credential

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'cb-mint-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  ;[store, time, calls, says] = [memoryStore(), 1_800_000_000_000, [], async () => ({})]
  await store.save(someone, minted)
})

describe('approval', () => {
  const refused = expect.objectContaining({
    code: 'refused',
    hints: ['to see it and decide: credbridge approve https://registry.example.com alice'],
  })

  test('nothing runs and no kept result answers before the person approves', async () => {
    await expect(ask()).rejects.toEqual(refused)
    await expect(ask(withResult(minted, new Secret('kept'), time))).rejects.toEqual(refused)
    expect(calls).toEqual([])
  })

  test('is for the exact words, the place and the store', async () => {
    await approve(machine(), 'memory', minted)
    expect(await ask()).toBe('t0ken 1')
    const others: readonly Credential[] = [
      mintedBy({ command: ['/bin/mint', 'other'], lasts: 3600, kind: 'basic' }, at, undefined),
      mintedBy({ command: ['/bin/mint word'], lasts: 3600, kind: 'basic' }, at, undefined),
      { ...minted, account: 'bob' },
      { ...minted, owner: 'git' },
      { ...minted, endpoint: parseAddress('http://registry.example.com') },
    ]
    for (const other of others) await expect(ask(other)).rejects.toMatchObject({ code: 'refused' })
    const elsewhere = { ...store, name: 'vault' }
    const minter = { machine: machine(), store: elsewhere, asker: someone, now: () => time }
    await expect(mint(minter, minted)).rejects.toEqual(refused)
    expect(calls).toHaveLength(1)
  })

  test('of other words replaces the former, and can be withdrawn', async () => {
    await approve(machine(), 'memory', minted)
    await approve(machine(), 'memory', mintedBy({ command: ['/bin/new'], lasts: 1, kind: 'basic' }, at, undefined))
    await expect(ask()).rejects.toEqual(refused)
    await approve(machine(), 'memory', minted)
    expect(await ask()).toBe('t0ken 1')
    expect(await withdraw(machine(), 'memory', minted)).toBe(true)
    expect(await withdraw(machine(), 'memory', minted)).toBe(false)
    await expect(ask(await kept())).rejects.toEqual(refused)
  })

  test('a file that others can write is refused, and one that we did not write is no approval', async () => {
    await approve(machine(), 'memory', minted)
    const file = join(home, '.state', 'approved-commands.json')
    writeFileSync(file, '[{"place":1}]', { mode: 0o600 })
    await expect(ask()).rejects.toMatchObject({ code: 'malformed' })
    rmSync(file)
    writeFileSync(file, '[]', { mode: 0o644 })
    await expect(ask()).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining(file) })
    expect(calls).toEqual([])
  })
})

describe('an approved command', () => {
  beforeEach(() => approve(machine(), 'memory', minted))

  test('runs once, is kept with its expiry, and runs again when that comes', async () => {
    expect(await ask()).toBe('t0ken 1')
    expect(await kept()).toMatchObject({ kind: 'minted', expires: time / 1000 + 3600 })
    // Also for a caller that had looked before.
    expect(await ask(minted)).toBe('t0ken 1')
    time += 3600 * 1000
    expect(await ask(await kept())).toBe('t0ken 2')
  })

  test('runs once for all who ask at once', async () => {
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(['t0ken 1', 't0ken 1', 't0ken 1'])
  })

  test('sees the PATH of the approval and nothing that depends on who asks', async () => {
    const env = {
      HOME: home,
      PATH: '/project/bin',
      AWS_PROFILE: 'other',
      LD_PRELOAD: '/project/x.so',
      https_proxy: 'p',
    }
    await ask(minted, { env: { ...env, CREDBRIDGE_STORE: 'vault', CREDBRIDGE_VAULT_KEY: 'key' } })
    const wanted = { HOME: home, PATH: '/usr/bin:/bin', https_proxy: 'p', CREDBRIDGE_STORE: 'vault' }
    expect(calls).toMatchObject([['/bin/mint', ['word'], { inherits: false, limit: 60_000 }]])
    expect(calls[0]?.[2].env).toEqual({ ...wanted, CREDBRIDGE_MINTING: '1' })
  })

  test('folders of a project are not in the PATH of an approval', async () => {
    const project = join(home, 'project')
    const env = { PATH: `${project}/node_modules/.bin:${home}/bin:/bin` }
    await approve(machine({ workingFolder: project, env }), 'memory', minted)
    await ask()
    expect(calls[0]?.[2].env).toMatchObject({ PATH: `${home}/bin:/bin` })
  })

  test('below such a command only a good result answers: nothing runs, nothing waits', async () => {
    const inside = { env: { CREDBRIDGE_MINTING: '' } }
    const waiting: Store = { ...store, alone: () => new Promise(() => {}) }
    const minter = { machine: machine(inside), store: waiting, asker: someone, now: () => time }
    expect(await mint(minter, minted)).toBeUndefined()
    expect((await mint(minter, withResult(minted, new Secret('kept'), time)))?.secret.expose()).toBe('kept')
    await withdraw(machine(), 'memory', minted)
    expect(await mint(minter, minted)).toBeUndefined()
    expect(calls).toEqual([])
  })

  test.each<[string, () => Promise<Partial<Ran>>, string]>([
    ['fails', async () => ({ exitCode: 3, stdout: 's3cret', stderr: 's3cret' }), '/bin/mint ended with exit code 3'],
    ['prints nothing', async () => ({ stdout: '', stderr: 's3cret' }), 'it printed nothing'],
    ['prints two lines', async () => ({ stdout: 's3cret\ns3cret\n' }), 'it printed more than one line'],
    [
      'does not end',
      () => Promise.reject(new Failure('timeout', '/bin/mint did not answer in time')),
      '/bin/mint did not answer in time',
    ],
  ])('that %s is not run again for a minute, and none of its output is shown', async (_, said, reason) => {
    says = said
    const failed = {
      code: 'unavailable',
      message: `the command for https://registry.example.com gave no secret: ${reason}`,
      hints: [
        'it runs again a minute after it failed',
        'its words: credbridge approve https://registry.example.com alice',
      ],
    }
    await expect(ask()).rejects.toMatchObject(failed)
    time += 59_000
    await expect(ask()).rejects.toMatchObject(failed)
    expect(calls).toHaveLength(1)
    expect((await kept()).secret.expose()).toBe('')
    says = async () => ({})
    time += 2000
    expect(await ask()).toBe('t0ken 2')
  })

  test('many who wait for one that fails do not run it each', async () => {
    says = async () => ({ exitCode: 1 })
    const outcomes = await Promise.allSettled([ask(), ask(), ask()])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(calls).toHaveLength(1)
  })

  test('a failure in the future is none: the clock was set back', async () => {
    says = async () => ({ exitCode: 1 })
    await expect(ask()).rejects.toMatchObject({ code: 'unavailable' })
    time -= 3600 * 1000
    says = async () => ({})
    expect(await ask()).toBe('t0ken 2')
  })

  test('what a person sets while it runs stays', async () => {
    const other: Credential = { ...at, kind: 'basic', secret: new Secret('typed') }
    says = async () => {
      await store.save(someone, other)
      return {}
    }
    expect(await ask()).toBe('t0ken 1')
    expect(await kept()).toMatchObject({ kind: 'basic' })
    expect((await kept()).secret.expose()).toBe('typed')
  })

  test('one that was removed or replaced before its turn does not run', async () => {
    await store.remove(someone, minted)
    expect(await ask()).toBeUndefined()
    await store.save(someone, { ...at, kind: 'basic', secret: new Secret('typed') })
    expect(await ask()).toBeUndefined()
    const others = mintedBy({ command: ['/bin/evil'], lasts: 3600, kind: 'basic' }, at, undefined)
    await store.save(someone, others)
    await expect(ask()).rejects.toMatchObject({ code: 'refused' })
    expect(calls).toEqual([])
  })

  test('a relative program does not run, even if it was approved', async () => {
    const relative = mintedBy({ command: ['bin/mint'], lasts: 3600, kind: 'basic' }, at, undefined)
    await store.save(someone, relative)
    await approve(machine(), 'memory', relative)
    await expect(ask(relative)).rejects.toMatchObject({ message: expect.stringContaining('no absolute path') })
    expect(calls).toEqual([])
  })
})
