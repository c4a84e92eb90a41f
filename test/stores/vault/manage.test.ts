import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { addSlot, changePassphrase, removeSlot, vaultStatus } from '../../../src/stores/vault/manage.ts'
import type { VaultOptions } from '../../../src/stores/vault/options.ts'
import { forKeyFile } from '../../../src/stores/vault/slots/key-file-writing.ts'
import { forPassphrase } from '../../../src/stores/vault/slots/make.ts'
import { newSlotId } from '../../../src/stores/vault/slots/slot.ts'
import { someone } from '../../asker.ts'
import { thorough, usual, usually } from '../../real/depth.ts'
import { credential } from '../contract-world.ts'
import { emptyFolder, storeOf, vaultIn } from './place.ts'

const at = parseAddress('https://git.example.com')
const words = new Secret('open sesame')

function typing(options: VaultOptions, text: string): VaultOptions {
  return { ...options, ask: async () => new Secret(text) }
}

async function vaultWithKeyFile(): Promise<VaultOptions> {
  const options = vaultIn(emptyFolder())
  await storeOf(options).save(someone, credential(at))
  return options
}

function contentsOf(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(files.map((file) => [file.name, readFileSync(join(file.parentPath, file.name), 'hex')]))
}

describe('the slots of a vault', () => {
  usual('a slot is added without changing a record, and opens the vault', async () => {
    const options = await vaultWithKeyFile()
    const before = contentsOf(join(options.folder, 'records'))
    await addSlot(options, forPassphrase(words))
    expect(contentsOf(join(options.folder, 'records'))).toEqual(before)
    rmSync(options.keyFile)
    expect(await storeOf(typing(options, 'open sesame')).find(someone, [at])).toHaveLength(1)
  })

  usual('the first slot makes the vault, without a key file', async () => {
    const options = vaultIn(emptyFolder())
    await addSlot(options, forPassphrase(words))
    expect((await vaultStatus(options))?.slots.map(({ type }) => type)).toEqual(['passphrase'])
    await storeOf(typing(options, 'open sesame')).save(someone, credential(at))
    expect(readdirSync(join(options.folder, '..', '..'))).toEqual(['data'])
  })

  usual('a locked vault gets no slot', async () => {
    const options = vaultIn(emptyFolder())
    await addSlot(options, forPassphrase(words))
    await expect(addSlot(options, forKeyFile(options))).rejects.toMatchObject({ code: 'locked' })
    expect((await vaultStatus(options))?.slots).toHaveLength(1)
  })

  thorough('a removed slot does not open the vault any more', async () => {
    const options = await vaultWithKeyFile()
    await addSlot(options, forPassphrase(words))
    await removeSlot(typing(options, 'open sesame'), 'key-file')
    await expect(storeOf(options).find(someone, [at])).rejects.toMatchObject({ code: 'locked' })
    expect(await storeOf(typing(options, 'open sesame')).find(someone, [at])).toHaveLength(1)
  })

  thorough('a slot is removed only if another one opens the vault', async () => {
    const options = await vaultWithKeyFile()
    await addSlot(options, forPassphrase(words))
    await expect(removeSlot(typing(options, 'forgotten'), 'key-file')).rejects.toMatchObject({ code: 'locked' })
    await expect(removeSlot(options, 'key-file')).rejects.toMatchObject({ code: 'locked' })
    expect((await vaultStatus(options))?.slots).toHaveLength(2)
  })

  usual('the last slot cannot be removed', async () => {
    const options = await vaultWithKeyFile()
    await expect(removeSlot(options, 'key-file')).rejects.toMatchObject({ code: 'refused' })
    expect(await storeOf(options).find(someone, [at])).toHaveLength(1)
  })

  thorough('a slot is named by its id if there are two of its type', async () => {
    const options = await vaultWithKeyFile()
    await addSlot(options, forPassphrase(words))
    await addSlot(options, forPassphrase(new Secret('another')))
    await expect(removeSlot(options, 'passphrase')).rejects.toMatchObject({ code: 'ambiguous' })
    await expect(removeSlot(options, 'yubikey')).rejects.toMatchObject({ code: 'refused' })
    const second = (await vaultStatus(options))?.slots[2]?.id ?? ''
    await removeSlot(options, second)
    rmSync(options.keyFile)
    await expect(storeOf(typing(options, 'another')).find(someone, [at])).rejects.toMatchObject({ code: 'locked' })
    expect(await storeOf(typing(options, 'open sesame')).find(someone, [at])).toHaveLength(1)
  })

  thorough('after a change of the passphrase the old one does not open the vault', async () => {
    const options = vaultIn(emptyFolder())
    await addSlot(options, forPassphrase(words))
    await storeOf(typing(options, 'open sesame')).save(someone, credential(at))
    await expect(changePassphrase(typing(options, 'guessed'), async () => new Secret('new'))).rejects.toMatchObject({
      code: 'locked',
    })
    await changePassphrase(typing(options, 'open sesame'), async () => new Secret('new words'))
    await expect(storeOf(typing(options, 'open sesame')).find(someone, [at])).rejects.toMatchObject({
      code: 'locked',
    })
    expect(await storeOf(typing(options, 'new words')).find(someone, [at])).toHaveLength(1)
  })

  usual('many commands that add slots at the same time lose none', async () => {
    const options = await vaultWithKeyFile()
    const slot = () => ({ type: 'moonlight', id: newSlotId(), key: '' })
    await Promise.all(Array.from({ length: 5 }, () => addSlot(options, slot)))
    expect((await vaultStatus(options))?.slots).toHaveLength(6)
  })

  usual('the key file gets one slot, and another one only if the file has changed', async () => {
    const options = typing(await vaultWithKeyFile(), 'open sesame')
    await expect(addSlot(options, forKeyFile(options))).rejects.toMatchObject({ code: 'refused' })
    await addSlot(options, forPassphrase(words))
    rmSync(options.keyFile)
    await addSlot(options, forKeyFile(options))
    expect((await vaultStatus(options))?.opens).toBe('key-file')
    expect((await vaultStatus(options))?.slots).toHaveLength(3)
  })

  usual('a slot of a later version is kept, and does not prevent changes', async () => {
    const options = await vaultWithKeyFile()
    const later = (vault: string) => ({ type: 'moonlight', id: 'ffffffffffffffff', key: vault, phase: 'full' })
    await addSlot(options, later)
    await addSlot(options, forPassphrase(words))
    const { slots } = JSON.parse(readFileSync(join(options.folder, 'vault.json'), 'utf8'))
    expect(slots[1]).toEqual(later((await vaultStatus(options))?.id ?? ''))
    expect(await storeOf(options).find(someone, [at])).toHaveLength(1)
  })

  usual('a copy of the folder without the key file does not open, and the failure names the key file', async () => {
    const options = await vaultWithKeyFile()
    const copy = vaultIn(emptyFolder())
    cpSync(options.folder, copy.folder, { recursive: true })
    const locked = { code: 'locked', message: expect.stringContaining(copy.keyFile) }
    await expect(storeOf(copy).find(someone, [at])).rejects.toMatchObject(locked)
    await expect(storeOf(copy).list(someone)).rejects.toMatchObject(locked)
    await expect(storeOf(copy).save(someone, credential(at))).rejects.toMatchObject(locked)
    await expect(addSlot(copy, forPassphrase(words))).rejects.toMatchObject(locked)
    expect((await vaultStatus(copy))?.opens).toMatchObject(locked)
  })
})

usually(describe)('the status of a vault', () => {
  usual('is undefined if there is no vault', async () => {
    const options = vaultIn(emptyFolder())
    expect(await vaultStatus(options)).toBeUndefined()
    expect(readdirSync(join(options.folder, '..', '..'))).toEqual([])
  })

  usual('reports what opens it and how many endpoints it has', async () => {
    const options = await vaultWithKeyFile()
    await addSlot(options, forPassphrase(words))
    expect(await vaultStatus(options)).toMatchObject({
      endpoints: 1,
      opens: 'key-file',
      rekeying: false,
      slots: [
        { type: 'key-file', about: `the key file ${options.keyFile}` },
        { type: 'passphrase', about: 'a passphrase (scrypt, N=131072)' },
      ],
    })
  })
})
