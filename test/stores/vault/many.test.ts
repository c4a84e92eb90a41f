import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { vaultStatus } from '../../../src/stores/vault/manage.ts'
import type { VaultOptions } from '../../../src/stores/vault/options.ts'
import { rekey } from '../../../src/stores/vault/rekey.ts'
import { vaultStore } from '../../../src/stores/vault/store.ts'
import { run } from '../../real/run.ts'
import { credential } from '../contract-world.ts'
import { emptyFolder, vaultIn } from './place.ts'
import { tracing } from './tracing.ts'
import type { Job, Step } from './worker.ts'
import { cleanEnvironment, workers } from './workers.ts'

const shared = 'https://shared.example.com'
const own = (number: number) => `https://own${number}.example.com`

function jobFor({ folder, keyFile, uid }: VaultOptions, steps: readonly Step[]): Job {
  return { options: { folder, keyFile, ...(uid === undefined ? {} : { uid }) }, steps }
}

describe('many processes at once', () => {
  const { do: work } = workers()

  test('two hundred save, read and remove, from the first save on, and lose nothing', async () => {
    const options = vaultIn(emptyFolder())
    const numbers = Array.from({ length: 200 }, (_, n) => n)
    const processes = numbers.map((n) =>
      work(
        jobFor(options, [
          ['save', own(n), 'ann', `secret ${n}`],
          ['save', shared, 'ann', `value ${n}`],
          ['find', own(n), 'ann'],
          ['save', shared, `user ${n}`, `own ${n}`],
          ['remove', own(n), 'ann', 'another secret'],
          ['save', own(n), 'bob', 'to be removed'],
          ['remove', own(n), 'bob', 'to be removed'],
          ['find', own(n)],
        ]),
      ),
    )
    for (const [n, results] of (await Promise.all(processes)).entries()) {
      const mine = [['ann', `secret ${n}`]]
      expect(results).toEqual([null, null, mine, null, false, null, true, mine])
    }
    const store = vaultStore(options)
    expect(await store.find(numbers.map((n) => parseAddress(own(n))))).toHaveLength(200)
    expect(await store.find([parseAddress(shared)])).toHaveLength(201)
    expect(readdirSync(join(options.folder, 'new'))).toEqual([])
    expect(readdirSync(join(options.keyFile, '..'))).toEqual(['vault.key'])
    expect(await vaultStatus(options)).toMatchObject({ slots: [{ type: 'key-file' }], endpoints: 201 })
  })

  test('what they write during a rekey is there after it', async () => {
    const options = vaultIn(emptyFolder())
    const numbers = Array.from({ length: 40 }, (_, n) => n)
    for (const n of numbers) await vaultStore(options).save(credential(parseAddress(own(n))))
    const processes = numbers.map((n) =>
      work(jobFor(options, n % 2 === 0 ? [['save', own(n), 'ann', `new ${n}`]] : [['remove', own(n), 'ann', 'p@ss']])),
    )
    for (let times = 0; times < 5; times++) {
      await rekey(options, { without: [], ask: async () => expect.unreachable('nobody is to be asked') })
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(await Promise.all(processes)).toEqual(numbers.map((n) => [n % 2 === 0 ? null : true]))
    const left = await vaultStore(options).find(numbers.map((n) => parseAddress(own(n))))
    const secrets = left.map((item) => ('secret' in item ? item.secret.expose() : ''))
    expect(secrets.sort()).toEqual(
      numbers
        .filter((n) => n % 2 === 0)
        .map((n) => `new ${n}`)
        .sort(),
    )
  })
})

/* What happens between two system calls of a process, which the tracer holds up meanwhile. */
tracing()('two processes that meet', () => {
  const { program } = workers()
  const at = parseAddress(shared)

  async function vault(secret = 'old'): Promise<VaultOptions> {
    const options = vaultIn(emptyFolder())
    await vaultStore(options).save(credential(at, { secret: new Secret(secret) }))
    return options
  }

  /**
   * Starts a process that is held up before its first call of that name, and ends at another one if that is said.
   * Resolves when it stands there: when it has touched a path with these characters in it.
   */
  async function heldUp(options: VaultOptions, step: Step, after: string, before: string, killedAt?: string) {
    const log = join(emptyFolder(), 'log')
    const delay = ['-e', `inject=${before}:delay_enter=2000000:when=1`]
    const kill = killedAt === undefined ? [] : ['-e', `inject=${killedAt}:signal=KILL:when=1`]
    const trace = ['-f', '-qqq', '-o', log, '-e', 'trace=%file,getdents64']
    const words = [process.execPath, program(), JSON.stringify(jobFor(options, [step]))]
    const outcome = run('strace', [...trace, ...delay, ...kill, ...words], { env: cleanEnvironment() })
    for (let text = ''; !text.includes(after); text = existsSync(log) ? readFileSync(log, 'utf8') : '') {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
    return { outcome }
  }

  async function secretAt(options: VaultOptions): Promise<string[]> {
    return (await vaultStore(options).find([at])).map((item) => ('secret' in item ? item.secret.expose() : ''))
  }

  test('a removal of the old value does not take a new one that came in between', async () => {
    const options = await vault()
    const removing = await heldUp(options, ['remove', shared, 'ann', 'old'], '/records/', 'rename')
    await vaultStore(options).save(credential(at, { secret: new Secret('new') }))
    expect((await removing.outcome).stdout).toBe('false\n')
    expect(await secretAt(options)).toEqual(['new'])
    expect(readdirSync(join(options.folder, 'new'))).toEqual([])
  })

  test('not even if it is killed before it puts the new one back', async () => {
    const options = await vault()
    const removing = await heldUp(options, ['remove', shared, 'ann', 'old'], '/records/', 'rename', 'link')
    await vaultStore(options).save(credential(at, { secret: new Secret('new') }))
    expect((await removing.outcome).signal).toBe('SIGKILL')
    expect(await secretAt(options)).toEqual([])
    const later = vaultStore({ ...options, now: () => Date.now() + 3_600_000 })
    await later.save(credential(parseAddress(own(1))))
    expect(await secretAt(options)).toEqual(['new'])
    expect(readdirSync(join(options.folder, 'new'))).toEqual([])
  })

  test('a value that comes while the last one is removed finds its folder again', async () => {
    const options = await vault()
    const saving = await heldUp(options, ['save', shared, 'ann', 'new'], '/new/', 'rename')
    await vaultStore(options).remove(credential(at))
    expect(existsSync(join(options.folder, 'records'))).toBe(true)
    expect((await saving.outcome).stdout).toBe('null\n')
    expect(await secretAt(options)).toEqual(['new'])
  })

  test('a value that a rekey overtakes is written again under the new key', async () => {
    const options = await vault()
    const saving = await heldUp(options, ['save', shared, 'ann', 'new'], '/new/', 'rename')
    await rekey(options, { without: [], ask: async () => expect.unreachable('nobody is to be asked') })
    expect((await saving.outcome).stdout).toBe('null\n')
    expect(await secretAt(options)).toEqual(['new'])
    const later = vaultStore({ ...options, now: () => Date.now() + 3_600_000 })
    await later.save(credential(parseAddress(own(1))))
    expect(readdirSync(options.folder).filter((name) => name.startsWith('records'))).toHaveLength(1)
  })

  test('a removal that a rekey overtakes is done again', async () => {
    const options = await vault()
    const removing = await heldUp(options, ['remove', shared, 'ann'], '/records/', 'unlink')
    await rekey(options, { without: [], ask: async () => expect.unreachable('nobody is to be asked') })
    expect((await removing.outcome).stdout).toBe('true\n')
    expect(await secretAt(options)).toEqual([])
  })

  test('a reader whose records a rekey takes away finds them in their new place', async () => {
    const options = await vault()
    const finding = await heldUp(options, ['find', shared], '/records/', 'getdents64')
    await rekey(options, { without: [], ask: async () => expect.unreachable('nobody is to be asked') })
    expect((await finding.outcome).stdout).toBe('[["ann","old"]]\n')
  })
})
