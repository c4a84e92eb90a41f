import { createHash, randomBytes } from 'node:crypto'
import { type Credential, type Item, isCredential, isUnknown, type Place } from '../../core/credential.ts'
import { Secret } from '../../core/secret.ts'
import { unknownItem } from '../../core/unknown-item.ts'
import { createFile } from '../../system/atomic-write.ts'
import { discard, removeFile, syncFolder, writtenAt } from '../../system/disk.ts'
import { isOwnFolder, namesIn, readOwnFile, type UserId } from '../../system/own-file.ts'
import { makeOwnFolder } from '../../system/own-folder.ts'
import { parseEntry, printEntry } from './entry.ts'
import { fault } from './faults.ts'
import { vaultKey } from './key.ts'
import { recordName } from './names.ts'
import { type Pointer, printPointer } from './pointer.ts'
import { openRecord, sealRecord } from './record.ts'

/*
 * What is too large for a keychain lies in a file of its own, sealed as a record of the vault is, under a random key
 * that is used for nothing else. In the keychain stays the item with, in the place of its secret,
 * `credbridge:sealed:1:<file>:<key>`. Whoever copies the files without the keychain has nothing.
 */

const abandonedAfter = 10 * 60_000

/** The folder of the sealed files, and whose it must be. */
export interface SealedFolder {
  readonly folder: string
  readonly uid?: UserId
}

/** Writes the item into a file of its own; the small item that leads there. */
export function seal(item: Item, { folder, uid }: SealedFolder): { small: Item; file: string } {
  const bytes = randomBytes(32)
  const key = vaultKey(bytes)
  const file = `${placeHash(item)}-${randomBytes(8).toString('hex')}`
  if (!isOwnFolder(folder, uid)) makeOwnFolder(folder, uid)
  createFile(`${folder}/${file}`, sealRecord(key, recordName(key, item), printEntry(item, 0)))
  syncFolder(folder)
  return { small: withSecret(item, new Secret(printPointer({ file, key: bytes }))), file }
}

/** The item in the file; `undefined` if the file is not there. */
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

/** Removes the file of an item that is gone. */
export function dropSealed(file: string, { folder }: SealedFolder): void {
  if (removeFile(`${folder}/${file}`)) syncFolder(folder)
}

/** Removes what processes that died have left for this place; `used` is the file that its item leads to. */
export function sweepSealed(place: Place, used: string | undefined, { folder }: SealedFolder, now: number): void {
  const ofPlace = namesIn(folder).filter((name) => name !== used && name.startsWith(`${placeHash(place)}-`))
  for (const name of ofPlace) {
    if ((writtenAt(`${folder}/${name}`) ?? now) <= now - abandonedAfter) discard(`${folder}/${name}`)
  }
}

/** The same item with another secret and without what else may be large. */
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
