import { basename, dirname, join } from 'node:path'
import type { Files } from '../../system/user-files.ts'
import type { StoreContext } from '../store-type.ts'
import { vaultOptions } from './machine-options.ts'
import { vaultStatus } from './manage.ts'

/** What a person is told about the vault: its part of store-type.ts. */
export async function protects(context: StoreContext): Promise<string> {
  const { options, status } = await statusOf(context)
  if (status === undefined) {
    return `not made yet: the first save makes it with the key file ${options.keyFile} (obfuscated, not secret: anyone who can read both can open it)`
  }
  const keyFile = status.slots.find(({ type }) => type === 'key-file')
  if (keyFile !== undefined) {
    return `obfuscated, not secret: anyone who can read the vault and ${keyFile.about} can open it`
  }
  return `encrypted: opened by ${status.slots.map(({ about }) => about).join(', or by ')}; while it is unlocked, every program that you run can read it`
}

/** Whether there is a vault. */
export async function isMade(context: StoreContext): Promise<boolean> {
  return (await statusOf(context)).status !== undefined
}

/** Its folder and its key files, as far as they exist. */
export async function files({ machine, settings }: StoreContext): Promise<readonly string[]> {
  const { folder, keyFile } = vaultOptions(settings, machine)
  const { files } = await machine.whole()
  // A key file whose place a person chose may open other vaults.
  const keys = settings.vaultKeyFile === undefined ? siblings(files, keyFile) : []
  return [...(files.exists(folder) ? [folder] : []), ...keys]
}

/** The file and those that a change of the vault's key leaves beside it. */
function siblings(files: Files, path: string): readonly string[] {
  const [folder, start] = [dirname(path), basename(path)]
  const names = files.names(folder).filter((name) => name === start || name.startsWith(`${start}.`))
  return names.map((name) => join(folder, name))
}

async function statusOf({ machine, settings }: StoreContext) {
  const options = vaultOptions(settings, machine)
  return { options, status: await vaultStatus(options) }
}
