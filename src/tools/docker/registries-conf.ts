import { dirname, join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import type { Machine } from '../tool.ts'
import { about } from './config.ts'

/*
 * `credential-helpers` of registries.conf and its drop-ins. The list that is read last wins
 * (containers-registries.conf(5), containers-registries.conf.d(5)).
 */

/** The entry for the auth.json files. It is the whole list by default. */
export const authFile = 'containers-auth.json'

const mark = '# Written by `credbridge setup containers`; `credbridge setup containers --undo` removes it.\n'

/** The file that setup writes. Its name makes clients read it after nearly all others. */
export function ownFile(machine: Machine): string {
  return join(userFolder(machine), 'registries.conf.d', 'zz-credbridge.conf')
}

/** The text of our file. */
export function printHelpers(helpers: readonly string[]): string {
  return `${mark}credential-helpers = [${helpers.map((helper) => JSON.stringify(helper)).join(', ')}]\n`
}

/** Whether setup wrote this text. */
export function isPrinted(text: string | undefined): boolean {
  return text?.startsWith(mark) === true
}

/** The file that the environment names, which is read instead of all others. */
export function onlyFile({ env }: Machine): string | undefined {
  const other = env['CONTAINERS_REGISTRIES_CONF'] ?? env['REGISTRIES_CONFIG_PATH']
  return other === '' ? undefined : other
}

export interface HelpersInForce {
  readonly helpers: readonly string[]
  /** The file with the list; absent if the list is the default. */
  readonly file?: string
}

/** The list in force, without the file `except`. */
export async function helpersInForce(machine: Machine, except: string | undefined): Promise<HelpersInForce> {
  const own = join(userFolder(machine), 'registries.conf')
  const system = [join('/etc/containers', 'registries.conf'), ...dropIns(machine, '/etc/containers/registries.conf.d')]
  const main = machine.files.exists(own) ? [own] : system
  let found: HelpersInForce = { helpers: [authFile] }
  for (const file of [...main, ...dropIns(machine, `${own}.d`)]) {
    const helpers = file === except ? undefined : await helpersIn(machine, file)
    if (helpers !== undefined) found = { helpers, file }
  }
  return found
}

/** A file with a list that is read after ours and overrides it. */
export async function laterFile(machine: Machine): Promise<string | undefined> {
  const own = ownFile(machine)
  for (const file of dropIns(machine, dirname(own)).filter((one) => one > own)) {
    if ((await helpersIn(machine, file)) !== undefined) return file
  }
  return undefined
}

function userFolder({ home }: Machine): string {
  return join(home, '.config', 'containers')
}

function dropIns({ files }: Machine, folder: string): readonly string[] {
  const names = files.names(folder).filter((file) => file.endsWith('.conf'))
  return names.map((file) => join(folder, file))
}

/** The list in one file; `undefined` if it has none. */
async function helpersIn(machine: Machine, file: string): Promise<readonly string[] | undefined> {
  const { parse } = await import('smol-toml')
  const text = machine.files.read(file) ?? ''
  const listed = about(file, () => orMalformed(() => parse(text)['credential-helpers']))
  return Array.isArray(listed) ? listed.filter((helper) => typeof helper === 'string') : undefined
}

function orMalformed<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new Failure('malformed', 'it is not TOML', { cause: error })
  }
}
