import { closeSync, existsSync, mkdirSync, openSync, readdirSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { randomHex } from '../../system/random.ts'

/*
 * Files that are handed to a program for as long as it runs: 0600 in a folder that only we can enter, named after the
 * process that they are for. One that was killed cannot take its file away; the next one does. We put no secret in
 * them; a user's own file, which one may repeat, can hold some.
 */

/** Makes such a file; its path. */
export function handFile(state: string, text: string): string {
  const folder = join(state, 'handed')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  sweep(folder)
  const path = join(folder, `${process.pid}-${randomHex(8)}`)
  const fd = openSync(path, 'wx', 0o600)
  try {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
  } finally {
    closeSync(fd)
  }
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
