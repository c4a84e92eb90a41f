import { createHash, randomBytes } from 'node:crypto'
import { type Credential, type Item, isCredential, isUnknown, type Place } from '../../core/credential.ts'
import { Secret } from '../../core/secret.ts'
import { unknownItem } from '../../core/unknown-item.ts'
import { createFile } from '../../system/create-file.ts'
import { discard } from '../../system/discard.ts'
import { removeFile, syncFolder, writtenAt } from '../../system/disk.ts'
import { isOwnFolder, namesIn, readOwnFile, type UserId } from '../../system/own-file.ts'
import { makeOwnFolder } from '../../system/own-folder.ts'
import { parseEntry } from './entry.ts'
import { fault } from './faults.ts'
import { vaultKey } from './key.ts'
import { recordName } from './names.ts'
import { type Pointer, printPointer } from './pointer.ts'
import { printEntry } from './print-entry.ts'
import { openRecord, sealRecord } from './record.ts'

/*
 * An item that is too large for a keychain is written to a file, encrypted like a record of the vault, with a random
 * key for this file only. The keychain keeps the item with a pointer, `credbridge:sealed:1:<file>:<key>`, instead of
 * its secret. Without the keychain, a copy of the files reveals nothing.
 */

const abandonedAfter = 10 * 60_000

/** The folder of the sealed files, and the user who must own it. */
export interface SealedFolder {
  readonly folder: string
  readonly uid?: UserId
}

/** Writes the item to a new file. Returns the file's name, and the small item with the pointer. */
export function seal(item: Item, { folder, uid }: SealedFolder): { small: Item; file: string } {
  const bytes = randomBytes(32)
  const key = vaultKey(bytes)
  const file = `${placeHash(item)}-${randomBytes(8).toString('hex')}`
  if (!isOwnFolder(folder, uid)) makeOwnFolder(folder, uid)
  createFile(`${folder}/${file}`, sealRecord(key, recordName(key, item), printEntry(item, 0)))
  syncFolder(folder)
  return { small: withSecret(item, new Secret(printPointer({ file, key: bytes }))), file }
}

/** The item in the file; `undefined` if the file does not exist. */
export function unseal(place: Place, { file, key: bytes }: Pointer, { folder, uid }: SealedFolder): Item | undefined {
  const path = `${folder}/${file}`
  const sealed = isOwnFolder(folder, uid) ? readOwnFile(path, uid) : undefined
  if (sealed === undefined) return undefined
  const key = vaultKey(bytes)
  const { name, text } = openRecord(key, sealed, path)
  if (name.file !== recordName(key, place).file) throw fault('moved', path)
  const { savedAt: _, ...item } = parseEntry(text, path)
  return item
}

/** Removes the file of a removed item. */
export function dropSealed(file: string, { folder }: SealedFolder): void {
  if (removeFile(`${folder}/${file}`)) syncFolder(folder)
}

/** Removes files that killed processes left for this place, except `used`, the file of its item. */
export function sweepSealed(place: Place, used: string | undefined, { folder }: SealedFolder, now: number): void {
  const ofPlace = namesIn(folder).filter((name) => name !== used && name.startsWith(`${placeHash(place)}-`))
  for (const name of ofPlace) {
    if ((writtenAt(`${folder}/${name}`) ?? now) <= now - abandonedAfter) discard(`${folder}/${name}`)
  }
}

/** The same item with another secret, and without other members that may be large. */
function withSecret(item: Item, secret: Secret): Item {
  if (isUnknown(item)) return unknownItem(item, item.kind, secret)
  if (isCredential(item)) return smaller(item, secret)
  const { erased, more: _, ...note } = item
  return erased === undefined ? item : { ...note, erased: smaller(erased, secret) }
}

function smaller({ refreshToken: _, parts: _parts, more: _more, ...rest }: Credential, secret: Secret): Credential {
  return { ...rest, secret }
}

function placeHash({ endpoint, owner, account }: Place): string {
  const hash = createHash('sha256')
  for (const part of [endpoint.form, endpoint.key, owner, account])
    hash.update(`${Buffer.byteLength(part)}:`).update(part)
  return hash.digest('hex').slice(0, 32)
}
