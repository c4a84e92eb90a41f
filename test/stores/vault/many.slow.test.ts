import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { isFailure } from '../../../src/core/failure.ts'
import { hint } from '../../../src/core/hint.ts'
import { vaultStatus } from '../../../src/stores/vault/manage.ts'
import type { VaultOptions } from '../../../src/stores/vault/options.ts'
import { rekey } from '../../../src/stores/vault/rekey.ts'
import { vaultStore } from '../../../src/stores/vault/store.ts'
import { someone } from '../../asker.ts'
import { credential } from '../contract-world.ts'
import { emptyFolder, vaultIn } from './place.ts'
import { jobFor, workers } from './workers.ts'

const shared = 'https://shared.example.com'

/** A record that is removed just then ends a rekey, and nothing is changed: the hint says to try again. */
async function rekeyed(options: VaultOptions): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      await rekey(options, { without: [], ask: async () => expect.unreachable('nobody is to be asked') })
      return
    } catch (error) {
      if (!isFailure(error) || !error.hints.includes(hint`try again`)) throw error
    }
  }
  expect.unreachable('no rekey came to its end')
}

const own = (number: number) => `https://own${number}.example.com`

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
    expect(
      await store.find(
        someone,
        numbers.map((n) => parseAddress(own(n))),
      ),
    ).toHaveLength(200)
    expect(await store.find(someone, [parseAddress(shared)])).toHaveLength(201)
    expect(readdirSync(join(options.folder, 'new'))).toEqual([])
    expect(readdirSync(join(options.keyFile, '..'))).toEqual(['vault.key'])
    expect(await vaultStatus(options)).toMatchObject({ slots: [{ type: 'key-file' }], endpoints: 201 })
  })

  test('what they write during a rekey is there after it', async () => {
    const options = vaultIn(emptyFolder())
    const numbers = Array.from({ length: 40 }, (_, n) => n)
    for (const n of numbers) await vaultStore(options).save(someone, credential(parseAddress(own(n))))
    const processes = numbers.map((n) =>
      work(jobFor(options, n % 2 === 0 ? [['save', own(n), 'ann', `new ${n}`]] : [['remove', own(n), 'ann', 'p@ss']])),
    )
    for (let times = 0; times < 5; times++) {
      await rekeyed(options)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(await Promise.all(processes)).toEqual(numbers.map((n) => [n % 2 === 0 ? null : true]))
    const left = await vaultStore(options).find(
      someone,
      numbers.map((n) => parseAddress(own(n))),
    )
    const secrets = left.map((item) => ('secret' in item ? item.secret.expose() : ''))
    expect(secrets.sort()).toEqual(
      numbers
        .filter((n) => n % 2 === 0)
        .map((n) => `new ${n}`)
        .sort(),
    )
  })
})
