import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { replaceFile } from './atomic-write.ts'
import { removeFile } from './disk.ts'
import { makeFolder } from './make-folder.ts'

/*
 * On Windows a symbolic link needs a right that most people do not have, and many programs start nothing but `.exe`. So
 * there a command is a copy of a small launcher (packaging/windows/launcher.c), and a text beside it says what it starts.
 */

/** What a launcher starts. */
export interface Launched {
  /** An absolute path. */
  readonly program: string
  /** The first argument, before those of the caller. Absent: there is none. */
  readonly argument?: string
  /** Whether the program gets the options for Node in the environment. */
  readonly keepsOptions?: boolean
}

/** What stands on Windows for a link to a program. */
export interface Launchers {
  /** The content of a launcher; `undefined` if it is not there. */
  of(): Uint8Array | undefined
  place(path: string, launcher: Uint8Array, launched: Launched): void
  startedBy(path: string): Launched | undefined
  remove(path: string): void
}

/** Makes the launcher at this path start this. The text comes first, because the program may be called at once. */
export function placeLauncher(path: string, launcher: Uint8Array, launched: Launched): void {
  makeFolder(dirname(path), 0o700)
  replaceFile(textBeside(path), printLaunched(launched), { mode: 0o600 })
  // A program that runs cannot be replaced.
  if (!isSameFile(path, launcher)) replaceFile(path, launcher, { mode: 0o700 })
}

/** What the launcher at this path starts; `undefined` for any other file. */
export function launchedBy(path: string): Launched | undefined {
  const [program = '', argument = '', keep = ''] = textAt(textBeside(path)).split('\n')
  if (program === '' || contentOf(path) === undefined) return undefined
  return { program, ...(argument === '' ? {} : { argument }), ...(keep === 'keep' ? { keepsOptions: true } : {}) }
}

/** Whether the launcher at this path is this one and starts this. */
export function isLauncher(path: string, launcher: Uint8Array, launched: Launched): boolean {
  return isSameFile(path, launcher) && textAt(textBeside(path)) === printLaunched(launched).toString('utf16le')
}

export function removeLauncher(path: string): void {
  removeFile(path)
  removeFile(textBeside(path))
}

function textBeside(path: string): string {
  return `${path.replace(/\.exe$/i, '')}.start`
}

/** In UTF-16, as Windows' own calls take it. */
function printLaunched({ program, argument = '', keepsOptions = false }: Launched): Buffer {
  return Buffer.from(`${program}\n${argument}\n${keepsOptions ? 'keep' : ''}\n`, 'utf16le')
}

function textAt(path: string): string {
  return contentOf(path)?.toString('utf16le') ?? ''
}

function isSameFile(path: string, content: Uint8Array): boolean {
  return contentOf(path)?.equals(content) === true
}

function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
