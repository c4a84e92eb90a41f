import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { encodeItem } from '../../../src/core/encode-item.ts'
import { type Address, parseAddress } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { changing } from '../../../src/stores/vault/change-header.ts'
import { createVault } from '../../../src/stores/vault/create.ts'
import { addSlot, vaultStatus } from '../../../src/stores/vault/manage.ts'
import type { VaultOptions } from '../../../src/stores/vault/options.ts'
import { rekey } from '../../../src/stores/vault/rekey.ts'
import { forKeyFile } from '../../../src/stores/vault/slots/key-file-writing.ts'
import { forAgent, forPassphrase } from '../../../src/stores/vault/slots/make.ts'
import { someone } from '../../asker.ts'
import { startAgent } from '../../real/agent.ts'
import { thorough, thoroughly, usual } from '../../real/depth.ts'
import { needsPrograms } from '../../real/require.ts'
import { credential, plain, unknown } from '../contract-world.ts'
import { emptyFolder, storeOf, vaultIn } from './place.ts'

const words = new Secret('open sesame')
const nobody = async (): Promise<Secret> => expect.unreachable('nobody is to be asked')
const host = (number: number): Address => parseAddress(`https://host${number}.example.com`)

async function filledVault(count = 20): Promise<VaultOptions> {
  const options = vaultIn(emptyFolder())
  const store = storeOf(options)
  for (let n = 0; n < count; n++) await store.save(someone, credential(host(n), { secret: new Secret(`secret ${n}`) }))
  return options
}

async function allOf(options: VaultOptions, count = 20): Promise<unknown[]> {
  const hosts = Array.from({ length: count }, (_, n) => host(n))
  return (await storeOf(options).find(someone, hosts)).map(plain)
}

function headerOf(options: VaultOptions) {
  return JSON.parse(readFileSync(join(options.folder, 'vault.json'), 'utf8'))
}

describe('a rekey', () => {
  usual('keeps every record with its time, with other names and another key', async () => {
    const options = await filledVault()
    const [before, names, header] = [
      await storeOf(options).find(someone, [host(3)]),
      readdirSync(join(options.folder, 'records')),
      headerOf(options),
    ]
    await rekey({ ...options, now: () => 1 }, { without: [], ask: nobody })
    const after = headerOf(options)
    expect(await storeOf(options).find(someone, [host(3)])).toEqual(before)
    expect(await allOf(options)).toHaveLength(20)
    expect(after).toMatchObject({ id: header.id, slots: [{ type: 'key-file', id: header.slots[0].id }] })
    expect(after.keyId).not.toBe(header.keyId)
    expect(readdirSync(options.folder).sort()).toEqual(['new', 'records', after.records, 'vault.json'])
    expect(names.filter((name) => existsSync(join(options.folder, after.records, name)))).toEqual([])
  })

  usual('keeps unknown members, to the byte', async () => {
    const options = await filledVault(1)
    const items = [
      unknown(host(0), 'passkey', 'credbridge:1: {"kind":"passkey", "id":123456789012345678901234567890} ', 'bob'),
      unknown(host(0), 'unknown', 'credbridge:2:é\n', 'carol'),
      credential(host(0), { account: 'dave', more: new Secret('{"later":[1]}') }),
    ]
    for (const item of items) await storeOf(options).save(someone, item)
    await rekey(options, { without: [], ask: nobody })
    const found = await storeOf(options).find(someone, [host(0)])
    expect(found.map((item) => encodeItem(item)).sort()).toEqual([...items.map(encodeItem), 'secret 0'].sort())
  })

  usual('makes the old key file useless for later records', async () => {
    const options = await filledVault()
    const stolen = join(emptyFolder(), 'stolen.key')
    cpSync(options.keyFile, stolen)
    await rekey(options, { without: [], ask: nobody })
    await expect(allOf({ ...options, keyFile: stolen })).rejects.toMatchObject({ code: 'locked' })
    expect(readdirSync(join(options.keyFile, '..')).filter((name) => name.includes('next'))).toEqual([])
  })

  thoroughly(needsPrograms('ssh-agent', 'ssh-add', 'ssh-keygen'))('with an SSH agent', () => {
    thorough('renews every slot whose secret is available', async () => {
      const agent = await startAgent()
      onTestFinished(() => agent.end())
      await agent.addKey('ed25519')
      const options = { ...(await filledVault()), agent: agent.socket }
      await addSlot(options, forPassphrase(words))
      await addSlot(options, forAgent(options))
      await expect(rekey(options, { without: [], ask: async () => new Secret('forgotten') })).rejects.toMatchObject({
        code: 'locked',
      })
      await rekey(options, { without: [], ask: async () => words })
      const { agent: _, ...noAgent } = options
      const elsewhere = { keyFile: join(emptyFolder(), 'none') }
      expect(await allOf({ ...options, ...elsewhere })).toHaveLength(20)
      expect(await allOf({ ...noAgent, ...elsewhere, ask: async () => words })).toHaveLength(20)
      expect(await allOf(noAgent)).toHaveLength(20)
    })
  })

  usual('drops a slot that is named, never the last one', async () => {
    const options = await filledVault()
    await addSlot(options, forPassphrase(words))
    const [first = { id: '' }, second = { id: '' }] = (await vaultStatus(options))?.slots ?? []
    await expect(rekey(options, { without: [first.id, second.id], ask: nobody })).rejects.toMatchObject({
      code: 'refused',
    })
    await rekey(options, { without: [second.id], ask: nobody })
    expect((await vaultStatus(options))?.slots.map(({ type }) => type)).toEqual(['key-file'])
    expect(await allOf(options)).toHaveLength(20)
  })

  usual('stops at a record that is damaged, and changes nothing', async () => {
    const options = await filledVault()
    const before = headerOf(options)
    const [folder = ''] = readdirSync(join(options.folder, 'records'))
    const [file = ''] = readdirSync(join(options.folder, 'records', folder))
    const path = join(options.folder, 'records', folder, file)
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.subarray(0, -1))
    await expect(rekey(options, { without: [], ask: nobody })).rejects.toMatchObject({ code: 'malformed' })
    writeFileSync(path, bytes)
    expect(headerOf(options)).toEqual(before)
    expect(await allOf(options)).toHaveLength(20)
    expect(readdirSync(options.folder).sort()).toEqual(['new', 'records', 'vault.json'])
  })

  usual('is noticed by a process that has the vault open', async () => {
    const options = await filledVault()
    const store = storeOf(options)
    await store.find(someone, [host(0)])
    await rekey(options, { without: [], ask: nobody })
    await store.save(someone, credential(host(0), { account: 'bob' }))
    expect(await store.find(someone, [host(0)])).toHaveLength(2)
  })

  usual('loses no save and no removal that happens meanwhile', async () => {
    const options = await filledVault(60)
    const store = storeOf(options)
    const writing = Array.from({ length: 60 }, async (_, n) => {
      await new Promise((resolve) => setTimeout(resolve, n * 3))
      if (n % 2 === 0) await store.save(someone, credential(host(n), { secret: new Secret(`newer ${n}`) }))
      else await store.remove(someone, credential(host(n)), new Secret(`secret ${n}`))
    })
    await Promise.all([rekey(options, { without: [], ask: nobody }), ...writing])
    const left = await storeOf(options).find(
      someone,
      Array.from({ length: 60 }, (_, n) => host(n)),
    )
    const secrets = left.map((item) => ('secret' in item ? item.secret.expose() : '')).sort()
    expect(secrets).toEqual(Array.from({ length: 30 }, (_, n) => `newer ${2 * n}`).sort())
  })

  usual('that was killed does not stop reads, and the next writer opens the vault again', async () => {
    const options = await filledVault()
    const half = join(options.folder, 'records-0123456789abcdef')
    mkdirSync(half, { mode: 0o700 })
    writeFileSync(join(options.folder, 'vault.json'), JSON.stringify({ ...headerOf(options), rekeying: true }))
    expect(await allOf(options)).toHaveLength(20)
    await storeOf(options).save(someone, credential(host(1), { account: 'bob' }))
    expect(headerOf(options)).not.toHaveProperty('rekeying')
    expect(existsSync(half)).toBe(false)
    await rekey(options, { without: [], ask: nobody })
    expect(await allOf(options)).toHaveLength(21)
  })

  usual('that is running is waited for; after that the failure names its process', async () => {
    const options = await filledVault()
    await changing(options, async ({ header, replace }) => {
      replace({ ...header, rekeying: true })
      expect(await allOf(options)).toHaveLength(20)
      await expect(storeOf({ ...options, patience: 0 }).save(someone, credential(host(1)))).rejects.toMatchObject({
        code: 'timeout',
        message: 'another command is changing the vault',
        hints: [`wait until it ends, or end it: kill ${process.pid}`, expect.stringContaining('vault.lock')],
      })
      replace(header)
    })
    await storeOf(options).save(someone, credential(host(1), { account: 'bob' }))
    expect(await allOf(options)).toHaveLength(21)
  })

  usual('that is interrupted changes nothing', async () => {
    const options = await filledVault()
    const before = headerOf(options)
    const controller = new AbortController()
    const interruption = () => {
      setImmediate(() => controller.abort())
      return controller.signal
    }
    await expect(rekey(options, { without: [], ask: nobody, interruption })).rejects.toMatchObject({ code: 'refused' })
    expect(headerOf(options)).toEqual(before)
    expect(readdirSync(options.folder).sort()).toEqual(['new', 'records', 'vault.json'])
    await storeOf({ ...options, patience: 0 }).save(someone, credential(host(1), { account: 'bob' }))
    expect(await allOf(options)).toHaveLength(21)
  })

  usual('whose records disappear changes nothing', async () => {
    const options = await filledVault()
    const before = headerOf(options)
    const rekeying = rekey(options, { without: [], ask: nobody })
    const shrunk = expect(rekeying).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('records disappeared'),
    })
    while (headerOf(options).rekeying !== true) await new Promise((resolve) => setImmediate(resolve))
    const records = join(options.folder, 'records')
    for (const folder of readdirSync(records).slice(0, 3)) rmSync(join(records, folder), { recursive: true })
    await shrunk
    expect(headerOf(options)).toEqual(before)
    expect(await allOf(options)).toHaveLength(17)
    expect(readdirSync(options.folder).sort()).toEqual(['new', 'records', 'vault.json'])
  })

  usual('copies a record that another process has moved away and not removed yet', async () => {
    const options = await filledVault()
    const records = join(options.folder, 'records')
    const [folder = ''] = readdirSync(records)
    const [file = ''] = readdirSync(join(records, folder))
    const taken = join(options.folder, 'new', `taken-${'0'.repeat(64)}-0123456789abcdef`)
    renameSync(join(records, folder, file), taken)
    await rekey(options, { without: [], ask: nobody })
    expect(await allOf(options)).toHaveLength(20)
    expect(existsSync(taken)).toBe(false)
  })

  usual('keeps the old records for a day, with the header and key file that open them', async () => {
    const options = await filledVault()
    const before = headerOf(options)
    await rekey(options, { without: [], ask: nobody })
    await storeOf(options).save(someone, credential(host(1), { account: 'bob' }))
    const state = join(options.keyFile, '..')
    const former = `${options.keyFile}.former-${before.keyId}`
    expect(readdirSync(state).sort()).toEqual(['vault.key', basename(former)])
    const elsewhere = vaultIn(emptyFolder())
    cpSync(options.folder, elsewhere.folder, { recursive: true })
    renameSync(join(elsewhere.folder, 'records', 'vault.json'), join(elsewhere.folder, 'vault.json'))
    expect(await allOf({ ...elsewhere, keyFile: former })).toHaveLength(20)

    const later = (hours: number) => ({ ...options, now: () => Date.now() + hours * 3_600_000 })
    await storeOf(later(23)).save(someone, credential(host(2), { account: 'bob' }))
    expect(existsSync(join(options.folder, 'records'))).toBe(true)
    await storeOf(later(25)).save(someone, credential(host(3), { account: 'bob' }))
    expect(readdirSync(options.folder).sort()).toEqual(['new', headerOf(options).records, 'vault.json'])
    expect(readdirSync(state)).toEqual(['vault.key'])
    expect(await allOf(options)).toHaveLength(23)
  })

  usual('of a vault without records keeps no old ones', async () => {
    const options = vaultIn(emptyFolder())
    await createVault(options, forKeyFile(options))
    await rekey(options, { without: [], ask: nobody })
    expect(readdirSync(options.folder)).toEqual(['vault.json'])
    await storeOf(options).save(someone, credential(host(1)))
    expect(await allOf(options)).toHaveLength(1)
  })

  usual('keeps unknown members of the header', async () => {
    const options = await filledVault()
    writeFileSync(join(options.folder, 'vault.json'), JSON.stringify({ ...headerOf(options), later: { a: 1 } }))
    await rekey(options, { without: [], ask: nobody })
    expect(headerOf(options)).toMatchObject({ later: { a: 1 } })
    await addSlot(options, forPassphrase(words))
    expect(headerOf(options)).toMatchObject({ later: { a: 1 } })
  })

  usual('that was killed before its key file was renamed opens all the same', async () => {
    const options = await filledVault()
    const old = readFileSync(options.keyFile)
    await rekey(options, { without: [], ask: nobody })
    renameSync(options.keyFile, `${options.keyFile}.next-${headerOf(options).keyId}`)
    writeFileSync(options.keyFile, old, { mode: 0o600 })
    expect(await allOf(options)).toHaveLength(20)
    await rekey(options, { without: [], ask: nobody })
    expect(await allOf(options)).toHaveLength(20)
    expect(readdirSync(join(options.keyFile, '..')).filter((name) => !name.includes('former'))).toEqual(['vault.key'])
  })
})
