import { existsSync, readdirSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createFile } from '../../system/create-file.ts'
import { makeOwnFolder } from '../../system/own-folder.ts'
import { lifeOf, type ProcessIdentity, thisProcessWithoutStart } from '../../system/process-identity.ts'
import { randomHex } from '../../system/random.ts'

/*
 * Temporary files for a program while it runs: mode 0600 in a folder of mode 0700, named after the process ID and its
 * PID namespace. A killed process leaves its file behind, and a later process removes it. credbridge puts no secret in
 * them, but a file may repeat a file of the user that contains secrets.
 */

/** If it is unknown whether a process lives, its file is removed at this age, in days. */
const mostDays = 30

/** Creates such a file. Returns its path. */
export function makeTemporaryFile(state: string, text: string): string {
  const folder = join(state, 'handed')
  makeOwnFolder(folder, process.getuid?.())
  // The name of a file does not say when its process was started.
  const self = thisProcessWithoutStart(process.pid)
  sweep(folder, self)
  const path = join(folder, `${process.pid}-${spaceOf(self)}-${randomHex(8)}`)
  createFile(path, text, { durable: false })
  return path
}

export function removeTemporaryFile(path: string): void {
  if (existsSync(path)) unlinkSync(path)
}

/** The scope of process IDs: one boot of one machine, and one PID namespace. */
export function processSpace(): string {
  return spaceOf(thisProcessWithoutStart(process.pid))
}

function spaceOf({ host, namespace }: ProcessIdentity): string {
  return [host, ...(namespace === undefined ? [] : [namespace])].join('.').replace(/[^A-Za-z0-9.]/g, '')
}

function sweep(folder: string, self: ProcessIdentity): void {
  for (const name of readdirSync(folder)) {
    const [pid = '', space] = name.split('-')
    const path = join(folder, name)
    const life = space === spaceOf(self) ? lifeOf({ ...self, pid: Number(pid) }, self) : 'unknown'
    if (life === 'dead' || (life === 'unknown' && isOld(path))) removeTemporaryFile(path)
  }
}

function isOld(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat !== undefined && Date.now() - stat.mtimeMs > mostDays * 24 * 60 * 60 * 1000
}
