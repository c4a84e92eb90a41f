import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { readHeader } from '../../../src/stores/vault/header-file.ts'
import { addSlot } from '../../../src/stores/vault/manage.ts'
import { openVault } from '../../../src/stores/vault/open.ts'
import type { VaultOptions } from '../../../src/stores/vault/options.ts'
import { forPassphrase } from '../../../src/stores/vault/slots/make.ts'
import { someone } from '../../asker.ts'
import { thorough, usual } from '../../real/depth.ts'
import { credential } from '../contract-world.ts'
import { emptyFolder, storeOf, vaultIn } from './place.ts'

const at = parseAddress('https://git.example.com')

async function vaultWith(passphrase: string): Promise<VaultOptions> {
  const options = vaultIn(emptyFolder())
  await addSlot(options, forPassphrase(new Secret(passphrase)))
  await storeOf({ ...options, ask: async () => new Secret(passphrase) }).save(someone, credential(at))
  return options
}

function typing(options: VaultOptions, passphrase: string) {
  return storeOf({ ...options, ask: async () => new Secret(passphrase) }).find(someone, [at])
}

/** Changes a scrypt parameter of the slot in the header. */
function tamper(options: VaultOptions, cost: object): void {
  const path = `${options.folder}/vault.json`
  const header = JSON.parse(readFileSync(path, 'utf8'))
  Object.assign(header.slots[0].scrypt, cost)
  writeFileSync(path, JSON.stringify(header))
}

describe('a vault with a passphrase', () => {
  usual('opens with this passphrase and with no other', async () => {
    const options = await vaultWith('open sesame')
    expect(await typing(options, 'open sesame')).toHaveLength(1)
    await expect(typing(options, 'open Sesame')).rejects.toMatchObject({ code: 'locked' })
    await expect(typing(options, '')).rejects.toMatchObject({ code: 'refused' })
  })

  thorough('three may be typed, the third may be right, and there is no fourth', async () => {
    const options = await vaultWith('open sesame')
    const header = readHeader(options)
    if (header === undefined) return expect.unreachable('there is a vault')
    for (const [typed, opens] of [
      [['open says me', 'open window', 'open sesame'], true],
      [['open says me', 'open window', 'open door', 'open sesame'], false],
    ] as const) {
      const asked: number[] = []
      const ask = async (wrong: number) => {
        asked.push(wrong)
        return new Secret(typed[wrong] ?? '')
      }
      const opening = openVault(header, { ...options, ask })
      if (opens) expect((await opening).by).toBe('passphrase')
      else await expect(opening).rejects.toMatchObject({ code: 'locked' })
      expect(asked).toEqual([0, 1, 2])
    }
  })

  thorough('opens with composed and with decomposed letters', async () => {
    const options = await vaultWith('gr\u00fc\u00df dich')
    expect(await typing(options, 'gru\u0308\u00df dich')).toHaveLength(1)
  })

  thorough('is locked at once if no person can be asked; a list asks the person who asks for it', async () => {
    const options = await vaultWith('open sesame')
    await expect(storeOf(options).find(someone, [at])).rejects.toMatchObject({
      code: 'locked',
      hints: ['credbridge unlock'],
    })
    await expect(storeOf(options).list(someone)).rejects.toMatchObject({ code: 'locked' })
    const typed = async () => new Secret('open sesame')
    await expect(storeOf({ ...options, ask: typed }).list(someone)).resolves.toHaveLength(1)
  })

  thorough('asks once in a process', async () => {
    const options = await vaultWith('open sesame')
    let asked = 0
    const store = storeOf({
      ...options,
      ask: async () => {
        asked++
        return new Secret('open sesame')
      },
    })
    await store.find(someone, [at])
    await store.save(someone, credential(at, { account: 'bob' }))
    expect(await store.list(someone)).toHaveLength(2)
    expect(asked).toBe(1)
  })

  thorough('opens with a passphrase from the environment', async () => {
    const options = await vaultWith('open sesame')
    const handed = (text: string) => storeOf({ ...options, provided: async () => new Secret(text) })
    expect(await handed('open sesame').find(someone, [at])).toHaveLength(1)
    await expect(handed('open window').find(someone, [at])).rejects.toMatchObject({ code: 'locked' })
  })

  usual('has the documented cost', async () => {
    const options = await vaultWith('open sesame')
    const [slot] = JSON.parse(readFileSync(`${options.folder}/vault.json`, 'utf8')).slots
    expect(slot.scrypt).toMatchObject({ N: 2 ** 17, r: 8, p: 1 })
    expect(Buffer.from(slot.scrypt.salt, 'base64url')).toHaveLength(32)
  })

  thorough.each([
    ['cheaper', { N: 2 ** 14 }],
    ['beyond all memory', { N: 2 ** 30 }],
    ['no power of two', { N: 2 ** 17 + 1 }],
    ['of another block size', { r: 1 }],
    ['endless', { p: 1e9 }],
  ])('refuses a cost that is %s', async (_, cost) => {
    const options = await vaultWith('open sesame')
    tamper(options, cost)
    await expect(typing(options, 'open sesame')).rejects.toMatchObject({ code: 'unsupported' })
  })

  thorough('does not open if a member of the slot was changed', async () => {
    const options = await vaultWith('open sesame')
    tamper(options, { note: 'changed' })
    await expect(typing(options, 'open sesame')).rejects.toMatchObject({ code: 'locked' })
  })
})
