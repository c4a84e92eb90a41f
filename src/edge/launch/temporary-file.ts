import { existsSync, readdirSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createFile } from '../../system/atomic-write.ts'
import { makeOwnFolder } from '../../system/own-folder.ts'
import { lifeOf, type ProcessIdentity, thisProcess } from '../../system/process-identity.ts'
import { randomHex } from '../../system/random.ts'

/*
 * Files that are handed to a program for as long as it runs: 0600 in a folder that only we can enter, named after the
 * process that they are for and where its number counts. One that was killed cannot take its file away; the next one
 * does. We put no secret in them; a user's own file, which one may repeat, can hold some.
 */

/** Where nobody can say whether a process lives, its file goes when it is so many days old. */
const mostDays = 30

/** Makes such a file; its path. */
export function handFile(state: string, text: string): string {
  const folder = join(state, 'handed')
  makeOwnFolder(folder, process.getuid?.())
  sweep(folder)
  const path = join(folder, `${process.pid}-${processSpace()}-${randomHex(8)}`)
  createFile(path, text, { durable: false })
  return path
}

export function takeBack(path: string): void {
  if (existsSync(path)) unlinkSync(path)
}

/** Numbers of processes count within one start of one machine, and there within one namespace. */
export function processSpace(): string {
  return spaceOf(thisProcess(process.pid))
}

function spaceOf({ host, namespace }: ProcessIdentity): string {
  return [host, ...(namespace === undefined ? [] : [namespace])].join('.').replace(/[^A-Za-z0-9.]/g, '')
}

function sweep(folder: string): void {
  // The name does not say when the process was started.
  const { started: _, ...here } = thisProcess(process.pid)
  for (const name of readdirSync(folder)) {
    const [pid = '', space] = name.split('-')
    const path = join(folder, name)
    const life = space === spaceOf(here) ? lifeOf({ ...here, pid: Number(pid) }, here) : 'unknown'
    if (life === 'dead' || (life === 'unknown' && isOld(path))) takeBack(path)
  }
}

function isOld(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat !== undefined && Date.now() - stat.mtimeMs > mostDays * 24 * 60 * 60 * 1000
}
