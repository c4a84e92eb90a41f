import { expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import type { VaultOptions } from '../../../src/stores/vault/options.ts'
import { vaultStore } from '../../../src/stores/vault/store.ts'
import { someone } from '../../asker.ts'
import { credential } from '../contract-world.ts'
import { emptyFolder, vaultIn } from './place.ts'
import { callsOf, changes, tracing } from './tracing.ts'
import type { Step } from './worker.ts'
import { workers } from './workers.ts'

const at = 'https://git.example.com'

/*
 * The order of writes to the disk, as the kernel sees it. This is no proof against power cuts: that depends on how the
 * disk implements fsync.
 */
tracing()('the system calls of a writer', () => {
  const { program } = workers()

  /** The system calls on files below the folder, with readable names instead of random ones. */
  async function orderOf(options: VaultOptions, root: string, steps: readonly Step[]): Promise<string[]> {
    const { folder, keyFile, uid } = options
    const job = JSON.stringify({ options: { folder, keyFile, uid }, steps })
    const calls = await callsOf([process.execPath, program(), job], root, [...changes, 'close'])
    const open = new Map<string, string>()
    const lines: string[] = []
    for (const { name, line } of calls) {
      const paths = [...line.matchAll(/"([^"]+)"/g)].map(([, path = '']) => readable(path, root))
      const [, first = '', result = ''] = /^\w+\((\d*).*= (-?\d+)/.exec(line) ?? []
      if (name === 'openat') {
        open.set(result, paths[0] ?? '')
        if (line.includes('O_CREAT'))
          lines.push(`create ${paths[0]} ${line.includes('O_EXCL') ? 'new' : 'any'} ${/, (0\d{3})\)/.exec(line)?.[1]}`)
      } else if (name === 'mkdir') lines.push(`mkdir ${paths[0]} ${/, (0\d{3})\)/.exec(line)?.[1]}`)
      else if (paths.length > 0) lines.push(`${name} ${paths.join(' to ')}`)
      else if (name === 'close') open.delete(first)
      else if (open.has(first)) lines.push(`${name} ${open.get(first)}`)
    }
    return lines
  }

  function readable(path: string, root: string): string {
    const short = path.startsWith(root) ? path.slice(root.length + 1) : path
    return short
      .replace(/records\/[0-9a-f]{32}\/[0-9a-f]{32}/, 'RECORD')
      .replace(/records\/[0-9a-f]{32}/, 'FOLDER')
      .replace(/taken-[0-9a-f]{64}-[0-9a-f]{16}/, 'TAKEN')
      .replace(/(new\/|key\.|json\.)[0-9a-f]{16}(\.credbridge-new)?/, '$1FRESH')
      .replace(/^data\/vault\//, '')
  }

  test('a new value: temporary file, fsync, rename, fsync of the folder', async () => {
    const root = emptyFolder()
    const options = vaultIn(root)
    await vaultStore(options).save(someone, credential(parseAddress(at)))
    expect(await orderOf(options, root, [['save', at, 'ann', 'new']])).toEqual([
      'create new/FRESH new 0600',
      'write new/FRESH',
      'fsync new/FRESH',
      'rename new/FRESH to RECORD',
      'fsync FOLDER',
    ])
  })

  test('a new folder is on the disk before its first file', async () => {
    const root = emptyFolder()
    const options = vaultIn(root)
    await vaultStore(options).save(someone, credential(parseAddress('https://other.example.com')))
    expect(await orderOf(options, root, [['save', at, 'ann', 'new']])).toEqual([
      'create new/FRESH new 0600',
      'write new/FRESH',
      'fsync new/FRESH',
      'rename new/FRESH to RECORD',
      'mkdir FOLDER 0700',
      'fsync records',
      'rename new/FRESH to RECORD',
      'fsync FOLDER',
    ])
  })

  test('a removal: fsync of the folder, which is then removed, too', async () => {
    const root = emptyFolder()
    const options = vaultIn(root)
    await vaultStore(options).save(someone, credential(parseAddress(at)))
    expect(await orderOf(options, root, [['remove', at, 'ann']])).toEqual([
      'unlink RECORD',
      'fsync FOLDER',
      'rmdir FOLDER',
      'fsync records',
    ])
  })

  test('a removal of an expected value: moved away, checked, removed', async () => {
    const root = emptyFolder()
    const options = vaultIn(root)
    await vaultStore(options).save(someone, credential(parseAddress(at)))
    expect(await orderOf(options, root, [['remove', at, 'ann', 'p@ss']])).toEqual([
      'rename RECORD to new/TAKEN',
      'unlink new/TAKEN',
      'fsync FOLDER',
      'rmdir FOLDER',
      'fsync records',
    ])
  })

  test('a new vault: the key file is on the disk before the header that needs it', async () => {
    const root = emptyFolder()
    const options = vaultIn(root)
    const order = await orderOf(options, root, [['save', at, 'ann', 'new']])
    const steps = [
      'create state/vault.key.FRESH new 0600',
      'write state/vault.key.FRESH',
      'fsync state/vault.key.FRESH',
      'link state/vault.key.FRESH to state/vault.key',
      'unlink state/vault.key.FRESH',
      'fsync state',
      'create vault.json.FRESH new 0600',
      'write vault.json.FRESH',
      'fsync vault.json.FRESH',
      'link vault.json.FRESH to vault.json',
      'unlink vault.json.FRESH',
      'fsync data/vault',
      'fsync data',
      'create new/FRESH new 0600',
      'write new/FRESH',
      'fsync new/FRESH',
    ]
    expect(order.filter((line) => !line.startsWith('mkdir')).slice(0, steps.length)).toEqual(steps)
    expect(order.filter((line) => line.startsWith('mkdir') && !line.endsWith('0700'))).toEqual([])
  })
})
