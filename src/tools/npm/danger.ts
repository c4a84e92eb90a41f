import { dirname, isAbsolute, relative, resolve } from 'node:path'
import { refused, type Said } from './project.ts'

/*
 * What else in a project's file would hand on a credential: settings that take the guard off the connection to the
 * registry (with a proxy of the attacker's, that is his connection), and settings by which npm runs a program of the
 * project's although no script was allowed to run.
 */

/** Refuses them; for calls that are given a credential. */
export function refuseDanger(said: readonly Said[]): void {
  for (const line of said) {
    const does = danger(line)
    if (does !== undefined) throw refused(line, does)
  }
}

function danger({ file, key = '', value = '' }: Said): string | undefined {
  const name = key.slice(key.lastIndexOf(':') + 1).toLowerCase()
  if (['ca', 'cafile'].includes(name)) return 'says by whose word a server is trusted'
  if (name === 'strict-ssl' && value !== 'true') return 'turns off the check of the server'
  if (['git', 'tokenhelper', 'token-helper'].includes(name)) return 'names a program that would run with the credential'
  if (programs.includes(name) && isInside(dirname(file), value)) {
    return 'names a program of the project that would run with the credential'
  }
  return undefined
}

const programs = ['script-shell', 'shell', 'editor', 'viewer', 'browser', 'init-module', 'node-gyp']

/** A path into the project; a bare name is looked up on PATH, an absolute path elsewhere is the machine's. */
function isInside(folder: string, value: string): boolean {
  if (!value.includes('/') && !value.includes('\\')) return false
  const away = relative(folder, resolve(folder, value))
  return !isAbsolute(value) || (!away.startsWith('..') && !isAbsolute(away))
}
