import type { ForeignItem } from '../../core/foreign-item.ts'
import type { StoreContext } from '../store-type.ts'
import { sealingOptions } from '../vault/machine-options.ts'
import { managerOf } from './open.ts'
import { indexFileIn } from './place.ts'

/* What a person is told about the keychain, and what a person's commands do with it: its part of store-type.ts. */

/** What it protects against, on this platform. */
export function protects(platform: string): string {
  if (platform === 'win32') return 'encrypted for your account: every program that you run can read it'
  if (platform === 'darwin') return 'encrypted under your login password: every script that node runs can read it'
  return 'encrypted under your login password: while it is unlocked, every program that you run can read it'
}

/** The index of its items, and the folder of what is sealed, as far as they exist. */
export async function files({ machine }: StoreContext): Promise<readonly string[]> {
  const index = indexFileIn(machine.folders.data)
  const { files } = await machine.whole()
  return [index, `${index}.lock`, sealingOptions(machine).folder].filter((path) => files.exists(path))
}

/** Items of git's own helpers with these attributes; `undefined` where it cannot be searched for them. */
export async function foreignItems(
  { machine }: StoreContext,
  searches: readonly Readonly<Record<string, string>>[],
): Promise<readonly ForeignItem[] | undefined> {
  if (machine.platform === 'darwin')
    return (await import('./mac/foreign-items.ts')).gitForeignItems(machine.run, searches)
  if (machine.platform !== 'win32') return undefined
  const { gitForeignItems } = await import('./windows/foreign-items.ts')
  return gitForeignItems(managerOf(await machine.whole()), searches)
}
