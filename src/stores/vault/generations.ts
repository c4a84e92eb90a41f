import { rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { replaceFile } from '../../system/atomic-write.ts'
import { discard } from '../../system/discard.ts'
import { writtenAt } from '../../system/disk.ts'
import { onDisk } from '../../system/disk-failure.ts'
import { isOwnFolder, namesIn } from '../../system/own-file.ts'
import { isHex } from '../../system/random.ts'
import type { HeaderChange } from './change-header.ts'
import { type Header, isRecordsFolder, printHeader } from './header.ts'
import type { VaultOptions } from './options.ts'
import { formerKeyFile, isKeyFileSlot, nextKeyFile, readKeyFile } from './slots/key-file.ts'
import { writeKeyFile } from './slots/key-file-writing.ts'

/*
 * Each rekey makes a new generation: a new folder of records. The previous one is kept for a day, with the header and
 * the key file that open it; docs/vault.md describes how to restore it. Only the holder of the vault's lock removes
 * one.
 */

const day = 24 * 60 * 60_000

/** Keeps the header and the key file of a generation that is about to be replaced. Its day starts now. */
export function keepFormer({ folder, keyFile, uid }: VaultOptions, header: Header): void {
  if (!isOwnFolder(`${folder}/${header.records}`, uid)) return
  const secret = header.slots.some(isKeyFileSlot) ? readKeyFile(keyFile, uid) : undefined
  if (secret !== undefined) writeKeyFile(formerKeyFile(keyFile, header.keyId), secret)
  replaceFile(formerHeader(`${folder}/${header.records}`), printHeader(header))
}

/** Whether there are generations to remove. */
export function hasOldGenerations(options: VaultOptions, header: Header): boolean {
  return oldGenerations(options, header).length > 0
}

/**
 * Removes former generations that are older than a day, incomplete ones at once, and the key files that belong to them.
 */
export function dropOldGenerations(options: VaultOptions, { header, check }: HeaderChange): void {
  for (const path of oldGenerations(options, header)) {
    check()
    dropGeneration(path)
  }
  for (const path of oldKeyFiles(options, header)) discard(path)
}

/** Removes a folder and its content, also while another process still writes into it. */
export function dropGeneration(path: string): void {
  onDisk(path, () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }))
}

function oldGenerations({ folder, now }: VaultOptions, { records }: Header): readonly string[] {
  return namesIn(folder)
    .filter((name) => isRecordsFolder(name) && name !== records)
    .map((name) => `${folder}/${name}`)
    .filter((path) => (writtenAt(formerHeader(path)) ?? 0) <= now() - day)
}

function oldKeyFiles({ keyFile, now }: VaultOptions, { keyId }: Header): readonly string[] {
  const folder = dirname(keyFile)
  const isOne = (name: string, like: string) => {
    const start = basename(like).slice(0, -keyId.length)
    return name.startsWith(start) && isKeyId(name.slice(start.length))
  }
  return namesIn(folder)
    .filter((name) => {
      const path = join(folder, name)
      if (isOne(name, nextKeyFile(keyFile, keyId))) return path !== nextKeyFile(keyFile, keyId)
      return isOne(name, formerKeyFile(keyFile, keyId)) && (writtenAt(path) ?? now()) <= now() - day
    })
    .map((name) => join(folder, name))
}

function isKeyId(text: string): boolean {
  return text.length === 16 && isHex(text)
}

function formerHeader(records: string): string {
  return `${records}/vault.json`
}
