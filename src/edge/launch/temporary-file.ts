import { existsSync, readdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createFile } from '../../system/atomic-write.ts'
import { makeOwnFolder } from '../../system/own-folder.ts'
import { randomHex } from '../../system/random.ts'

/*
 * Files that are handed to a program for as long as it runs: 0600 in a folder that only we can enter, named after the
 * process that they are for. One that was killed cannot take its file away; the next one does. We put no secret in
 * them; a user's own file, which one may repeat, can hold some.
 */

/** Makes such a file; its path. */
export function handFile(state: string, text: string): string {
  const folder = join(state, 'handed')
  makeOwnFolder(folder, process.getuid?.())
  sweep(folder)
  const path = join(folder, `${process.pid}-${randomHex(8)}`)
  createFile(path, text, { durable: false })
  return path
}

export function takeBack(path: string): void {
  if (existsSync(path)) unlinkSync(path)
}

function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!isAlive(Number.parseInt(name, 10))) takeBack(join(folder, name))
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
