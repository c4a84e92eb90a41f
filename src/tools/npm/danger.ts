import { dirname, isAbsolute, relative, resolve } from 'node:path'
import type { Address } from '../../core/endpoint.ts'
import type { Environment } from '../tool.ts'
import { expanded } from './npmrc.ts'
import { refused, type Said } from './project.ts'

/*
 * What else in a project's file would hand on a credential: settings that take the guard off the connection to the
 * registry (with a proxy of the attacker's, that is his connection), that bring in a file which says so in their place,
 * and by which a manager runs a program of the project's although no script was allowed to run. A manager replaces
 * variables in the names of settings, too: `strict${X?}-ssl`.
 */

/** Refuses them; for calls that are given a credential for these addresses. */
export function refuseDanger(said: readonly Said[], given: readonly Address[], env: Environment): void {
  const inTheClear = given.find(({ scheme }) => scheme === 'http')
  for (const line of said) {
    const [key, value] = [expanded(line.key ?? '', env), expanded(line.value ?? '', env)]
    const does = danger(key, value, dirname(line.file), inTheClear)
    if (does !== undefined) throw refused(line, does)
  }
}

function danger(key: string, value: string, folder: string, inTheClear: Address | undefined): string | undefined {
  const name = key.slice(key.lastIndexOf(':') + 1).toLowerCase()
  if (['ca', 'cafile'].includes(name)) return 'says by whose word a server is trusted'
  if (name === 'strict-ssl' && value !== 'true') return 'turns off the check of the server'
  if (configurations.includes(name)) return 'names another configuration, by which the credential would be sent'
  if (['git', 'tokenhelper', 'token-helper', 'scanner'].includes(name)) {
    return 'names a program that would run with the credential'
  }
  if (runsProjects(name, value, folder)) return 'names a program of the project that would run with the credential'
  if (inTheClear !== undefined && proxies.includes(name)) {
    return `names a proxy that would read the credential for ${inTheClear.key}`
  }
  return undefined
}

/** npm takes the machine's configuration from where a project's says; `prefix` names the folder that it lies in. */
const configurations = ['globalconfig', 'userconfig', 'prefix']
const proxies = ['proxy', 'http-proxy', 'https-proxy']
/** A bare name is looked up on PATH. */
const programs = ['script-shell', 'shell', 'editor', 'viewer', 'browser']
/** A bare name is a file in the working directory. */
const files = ['init-module', 'init.module', 'node-gyp']

function runsProjects(name: string, value: string, folder: string): boolean {
  if (files.includes(name)) return isInside(folder, value)
  return programs.includes(name) && /[/\\]/.test(value) && isInside(folder, value)
}

/** An absolute path elsewhere is the machine's. */
function isInside(folder: string, value: string): boolean {
  const away = relative(folder, resolve(folder, value))
  return !isAbsolute(value) || (!away.startsWith('..') && !isAbsolute(away))
}
