import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { readHeader } from '../../../src/stores/vault/header-file.ts'
import type { VaultOptions } from '../../../src/stores/vault/options.ts'
import { rekey } from '../../../src/stores/vault/rekey.ts'
import { someone } from '../../asker.ts'
import { credential } from '../contract-world.ts'
import type { Hold } from './hold.ts'
import { emptyFolder, storeOf, vaultIn } from './place.ts'
import type { Step } from './worker.ts'
import { cleanEnvironment, jobFor, workers } from './workers.ts'

const shared = 'https://shared.example.com'
const own = (number: number) => `https://own${number}.example.com`

/* What happens between two steps of a process, which is held up there meanwhile. */
describe('two processes that meet', () => {
  const { program } = workers()
  const at = parseAddress(shared)

  async function vault(secret = 'old'): Promise<VaultOptions> {
    const options = vaultIn(emptyFolder())
    await storeOf(options).save(someone, credential(at, { secret: new Secret(secret) }))
    return options
  }

  /** Starts a process that is held up; resolves when it stands there. `goOn` lets it go on, and gives its outcome. */
  async function heldUp(options: VaultOptions, step: Step, hold: Hold) {
    const job = { ...jobFor(options, [step]), hold }
    const child = spawn(process.execPath, [program(), JSON.stringify(job)], {
      env: cleanEnvironment(),
      stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const said: Buffer[] = []
    child.stdout?.on('data', (chunk: Buffer) => said.push(chunk))
    const held = once(child.stdio[3] as Readable, 'data')
    const ended = once(child, 'close')
    await Promise.race([held, ended.then(() => expect.unreachable('it was never held up'))])
    return {
      async goOn() {
        child.stdin?.end()
        const [, signal] = (await ended) as [number | null, NodeJS.Signals | null]
        return { stdout: Buffer.concat(said).toString(), signal }
      },
    }
  }

  async function secretAt(options: VaultOptions): Promise<string[]> {
    return (await storeOf(options).find(someone, [at])).map((item) => ('secret' in item ? item.secret.expose() : ''))
  }

  test('a removal of the old value does not take a new one that came in between', async () => {
    const options = await vault()
    const removing = await heldUp(options, ['remove', shared, 'ann', 'old'], { after: 'records/', before: ['rename'] })
    await storeOf(options).save(someone, credential(at, { secret: new Secret('new') }))
    expect((await removing.goOn()).stdout).toBe('false\n')
    expect(await secretAt(options)).toEqual(['new'])
    expect(readdirSync(join(options.folder, 'new'))).toEqual([])
  })

  test('not even if it is killed before it puts the new one back', async () => {
    const options = await vault()
    const removing = await heldUp(options, ['remove', shared, 'ann', 'old'], {
      after: 'records/',
      before: ['rename'],
      killedAt: 'link',
    })
    await storeOf(options).save(someone, credential(at, { secret: new Secret('new') }))
    expect((await removing.goOn()).signal).toBe('SIGKILL')
    expect(await secretAt(options)).toEqual([])
    const later = storeOf({ ...options, now: () => Date.now() + 25 * 3_600_000 })
    await later.save(someone, credential(parseAddress(own(1))))
    expect(await secretAt(options)).toEqual(['new'])
    expect(readdirSync(join(options.folder, 'new'))).toEqual([])
  })

  test('a value that comes while the last one is removed finds its folder again', async () => {
    const options = await vault()
    const saving = await heldUp(options, ['save', shared, 'ann', 'new'], { after: '/new/', before: ['rename'] })
    await storeOf(options).remove(someone, credential(at))
    expect(existsSync(join(options.folder, 'records'))).toBe(true)
    expect((await saving.goOn()).stdout).toBe('null\n')
    expect(await secretAt(options)).toEqual(['new'])
  })

  test('a value that a rekey overtakes is written again under the new key', async () => {
    const options = await vault()
    const saving = await heldUp(options, ['save', shared, 'ann', 'new'], { after: '/new/', before: ['rename'] })
    await rekey(options, { without: [], ask: async () => expect.unreachable('nobody is to be asked') })
    expect((await saving.goOn()).stdout).toBe('null\n')
    expect(await secretAt(options)).toEqual(['new'])
    const later = storeOf({ ...options, now: () => Date.now() + 25 * 3_600_000 })
    await later.save(someone, credential(parseAddress(own(1))))
    expect(readdirSync(options.folder).filter((name) => name.startsWith('records'))).toHaveLength(1)
  })

  test('a removal that a rekey overtakes is done again', async () => {
    const options = await vault()
    const removing = await heldUp(options, ['remove', shared, 'ann'], {
      after: 'records/',
      before: ['unlink'],
      at: 'records/',
    })
    await rekey(options, { without: [], ask: async () => expect.unreachable('nobody is to be asked') })
    expect((await removing.goOn()).stdout).toBe('true\n')
    expect(await secretAt(options)).toEqual([])
  })

  test.each(['readdir', 'open'])(
    'a reader whose records a rekey takes away before its %s finds them in their new place',
    async (call) => {
      const options = await vault()
      const finding = await heldUp(options, ['find', shared], { after: 'vault\\.key$', before: [call], at: 'records/' })
      await rekey(options, { without: [], ask: async () => expect.unreachable('nobody is to be asked') })
      expect((await finding.goOn()).stdout).toBe('[["ann","old"]]\n')
    },
  )

  test.each([
    ['the key file', { after: 'vault\\.key\\.[0-9a-f]{16}', before: ['link', 'rename'] }],
    ['the vault', { after: 'vault\\.json\\.[0-9a-f]{16}', before: ['link', 'rename'] }],
  ])('whoever comes second with %s takes what the first one has made', async (_, hold) => {
    const options = vaultIn(emptyFolder())
    const second = await heldUp(options, ['save', own(2), 'ann', 'second'], hold)
    await storeOf(options).save(someone, credential(at, { secret: new Secret('first') }))
    expect((await second.goOn()).stdout).toBe('null\n')
    expect(await secretAt(options)).toEqual(['first'])
    expect(await storeOf(options).find(someone, [parseAddress(own(2))])).toHaveLength(1)
    expect(readdirSync(join(options.keyFile, '..'))).toEqual(['vault.key'])
  })

  test('a value that comes when a rekey has copied the old one is not lost', async () => {
    const options = await vault()
    const hold = { after: 'vault\\.key\\.next-[0-9a-f]{16}\\.[0-9a-f]{16}', before: ['rename'] }
    const rekeying = await heldUp(options, ['rekey'], hold)
    const saving = storeOf(options).save(someone, credential(at, { secret: new Secret('new') }))
    expect((await rekeying.goOn()).stdout).toBe('null\n')
    await saving
    expect(await secretAt(options)).toEqual(['new'])
  })

  test('a reader that has seen the header before a rekey and comes to the key file after it is not locked out', async () => {
    const options = await vault()
    const find: Step = ['find', shared]
    const finding = await heldUp(options, find, {
      after: 'vault\\.json',
      before: ['open', 'readFile'],
      at: 'vault\\.key$',
    })
    await rekey(options, { without: [], ask: async () => expect.unreachable('nobody is to be asked') })
    expect((await finding.goOn()).stdout).toBe('[["ann","old"]]\n')
  })

  test('a reader that comes while the new key file gets its name is not locked out', async () => {
    const options = await vault()
    const old = readFileSync(options.keyFile)
    await rekey(options, { without: [], ask: async () => expect.unreachable('nobody is to be asked') })
    const next = `${options.keyFile}.next-${readHeader(options)?.keyId}`
    renameSync(options.keyFile, next)
    writeFileSync(options.keyFile, old, { mode: 0o600 })
    const find: Step = ['find', shared]
    const finding = await heldUp(options, find, {
      after: 'vault\\.key$',
      before: ['open', 'readFile'],
      at: `${basename(next)}$`,
    })
    renameSync(next, options.keyFile)
    expect((await finding.goOn()).stdout).toBe('[["ann","old"]]\n')
  })
})
