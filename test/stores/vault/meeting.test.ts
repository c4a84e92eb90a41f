import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { readHeader } from '../../../src/stores/vault/header-file.ts'
import type { VaultOptions } from '../../../src/stores/vault/options.ts'
import { rekey } from '../../../src/stores/vault/rekey.ts'
import { someone } from '../../asker.ts'
import { run } from '../../real/run.ts'
import { credential } from '../contract-world.ts'
import { emptyFolder, storeOf, vaultIn } from './place.ts'
import { callsOf, tracing } from './tracing.ts'
import type { Step } from './worker.ts'
import { cleanEnvironment, jobFor, workers } from './workers.ts'

const shared = 'https://shared.example.com'
const own = (number: number) => `https://own${number}.example.com`

/* What happens between two system calls of a process, which the tracer holds up meanwhile. */
tracing()('two processes that meet', () => {
  const { program } = workers()
  const at = parseAddress(shared)

  async function vault(secret = 'old'): Promise<VaultOptions> {
    const options = vaultIn(emptyFolder())
    await storeOf(options).save(someone, credential(at, { secret: new Secret(secret) }))
    return options
  }

  interface Hold {
    /** It stands there when it has touched a path like this. */
    readonly after: RegExp
    /** The system call before which it is held up, and which of them: the first if nothing is said. */
    readonly before: string
    readonly when?: string
    /** 2000 if nothing is said. */
    readonly milliseconds?: number
    /** The system call at which it is killed. */
    readonly killedAt?: string
  }

  /** Starts a process that is held up; resolves when it stands there. */
  async function heldUp(options: VaultOptions, step: Step, hold: Hold) {
    const { after, before, when = '1', milliseconds = 2000, killedAt } = hold
    const log = join(emptyFolder(), 'log')
    const delay = ['-e', `inject=${before}:delay_enter=${milliseconds * 1000}:when=${when}`]
    const kill = killedAt === undefined ? [] : ['-e', `inject=${killedAt}:signal=KILL:when=1`]
    const trace = ['-f', '-qqq', '-o', log, '-e', 'trace=%file,getdents64']
    const words = [process.execPath, program(), JSON.stringify(jobFor(options, [step]))]
    const outcome = run('strace', [...trace, ...delay, ...kill, ...words], { env: cleanEnvironment() })
    for (let text = ''; !after.test(text); text = existsSync(log) ? readFileSync(log, 'utf8') : '') {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
    return { outcome }
  }

  async function secretAt(options: VaultOptions): Promise<string[]> {
    return (await storeOf(options).find(someone, [at])).map((item) => ('secret' in item ? item.secret.expose() : ''))
  }

  test('a removal of the old value does not take a new one that came in between', async () => {
    const options = await vault()
    const removing = await heldUp(options, ['remove', shared, 'ann', 'old'], { after: /records\//, before: 'rename' })
    await storeOf(options).save(someone, credential(at, { secret: new Secret('new') }))
    expect((await removing.outcome).stdout).toBe('false\n')
    expect(await secretAt(options)).toEqual(['new'])
    expect(readdirSync(join(options.folder, 'new'))).toEqual([])
  })

  test('not even if it is killed before it puts the new one back', async () => {
    const options = await vault()
    const removing = await heldUp(options, ['remove', shared, 'ann', 'old'], {
      after: /records\//,
      before: 'rename',
      killedAt: 'link',
    })
    await storeOf(options).save(someone, credential(at, { secret: new Secret('new') }))
    expect((await removing.outcome).signal).toBe('SIGKILL')
    expect(await secretAt(options)).toEqual([])
    const later = storeOf({ ...options, now: () => Date.now() + 25 * 3_600_000 })
    await later.save(someone, credential(parseAddress(own(1))))
    expect(await secretAt(options)).toEqual(['new'])
    expect(readdirSync(join(options.folder, 'new'))).toEqual([])
  })

  test('a value that comes while the last one is removed finds its folder again', async () => {
    const options = await vault()
    const saving = await heldUp(options, ['save', shared, 'ann', 'new'], { after: /\/new\//, before: 'rename' })
    await storeOf(options).remove(someone, credential(at))
    expect(existsSync(join(options.folder, 'records'))).toBe(true)
    expect((await saving.outcome).stdout).toBe('null\n')
    expect(await secretAt(options)).toEqual(['new'])
  })

  test('a value that a rekey overtakes is written again under the new key', async () => {
    const options = await vault()
    const saving = await heldUp(options, ['save', shared, 'ann', 'new'], { after: /\/new\//, before: 'rename' })
    await rekey(options, { without: [], ask: async () => expect.unreachable('nobody is to be asked') })
    expect((await saving.outcome).stdout).toBe('null\n')
    expect(await secretAt(options)).toEqual(['new'])
    const later = storeOf({ ...options, now: () => Date.now() + 25 * 3_600_000 })
    await later.save(someone, credential(parseAddress(own(1))))
    expect(readdirSync(options.folder).filter((name) => name.startsWith('records'))).toHaveLength(1)
  })

  test('a removal that a rekey overtakes is done again', async () => {
    const options = await vault()
    const removing = await heldUp(options, ['remove', shared, 'ann'], { after: /records\//, before: 'unlink' })
    await rekey(options, { without: [], ask: async () => expect.unreachable('nobody is to be asked') })
    expect((await removing.outcome).stdout).toBe('true\n')
    expect(await secretAt(options)).toEqual([])
  })

  test('a reader whose records a rekey takes away finds them in their new place', async () => {
    const options = await vault()
    const finding = await heldUp(options, ['find', shared], { after: /records\//, before: 'getdents64' })
    await rekey(options, { without: [], ask: async () => expect.unreachable('nobody is to be asked') })
    expect((await finding.outcome).stdout).toBe('[["ann","old"]]\n')
  })

  test.each([
    ['the key file', { after: /vault\.key\.[0-9a-f]{16}/, before: 'link,rename' }],
    ['the vault', { after: /vault\.json\.[0-9a-f]{16}/, before: 'link', when: '2' }],
  ])('whoever comes second with %s takes what the first one has made', async (_, hold) => {
    const options = vaultIn(emptyFolder())
    const second = await heldUp(options, ['save', own(2), 'ann', 'second'], hold)
    await storeOf(options).save(someone, credential(at, { secret: new Secret('first') }))
    expect((await second.outcome).stdout).toBe('null\n')
    expect(await secretAt(options)).toEqual(['first'])
    expect(await storeOf(options).find(someone, [parseAddress(own(2))])).toHaveLength(1)
    expect(readdirSync(join(options.keyFile, '..'))).toEqual(['vault.key'])
  })

  test('a value that comes when a rekey has copied the old one is not lost', async () => {
    const options = await vault()
    const hold = {
      after: /vault\.key\.next-[0-9a-f]{16}\.[0-9a-f]{16}/,
      before: 'rename',
      when: '1+',
      milliseconds: 1000,
    }
    const rekeying = await heldUp(options, ['rekey'], hold)
    await storeOf(options).save(someone, credential(at, { secret: new Secret('new') }))
    expect((await rekeying.outcome).stdout).toBe('null\n')
    expect(await secretAt(options)).toEqual(['new'])
  })

  /** Which of its openings of files is the first one of this file. */
  async function openingOf(file: string, options: VaultOptions, step: Step): Promise<string> {
    const words = [process.execPath, program(), JSON.stringify(jobFor(options, [step]))]
    const calls = await callsOf(words, options.folder, ['openat', 'write', 'newfstatat', 'lstat', 'stat'])
    const call = calls.find(({ name, line }) => name === 'openat' && line.includes(`${file}"`))
    return String(call?.nth)
  }

  test('a reader that has seen the header before a rekey and comes to the key file after it is not locked out', async () => {
    const options = await vault()
    const find: Step = ['find', shared]
    const when = await openingOf('vault.key', options, find)
    const finding = await heldUp(options, find, { after: /vault\.json", O_RD/, before: 'openat', when })
    await rekey(options, { without: [], ask: async () => expect.unreachable('nobody is to be asked') })
    expect((await finding.outcome).stdout).toBe('[["ann","old"]]\n')
  })

  test('a reader that comes while the new key file gets its name is not locked out', async () => {
    const options = await vault()
    const old = readFileSync(options.keyFile)
    await rekey(options, { without: [], ask: async () => expect.unreachable('nobody is to be asked') })
    const next = `${options.keyFile}.next-${readHeader(options)?.keyId}`
    renameSync(options.keyFile, next)
    writeFileSync(options.keyFile, old, { mode: 0o600 })
    const find: Step = ['find', shared]
    const when = await openingOf(basename(next), options, find)
    const finding = await heldUp(options, find, { after: /vault\.key", O_RD/, before: 'openat', when })
    renameSync(next, options.keyFile)
    expect((await finding.outcome).stdout).toBe('[["ann","old"]]\n')
  })
})
