import { isAbsolute } from 'node:path'
import { Failure } from '../../../core/failure.ts'
import { hint, linesSaidBy } from '../../../core/hint.ts'
import type { Machine } from '../../tool.ts'
import type { Caller } from './keyrings.ts'

export const key = 'global.keyring-provider'
export const wanted = 'subprocess'

/** Whether pip is configured to ask a keyring command. */
export async function pipAsks(machine: Machine): Promise<boolean> {
  const pip = program(machine)
  return pip !== undefined && (await provider(machine, pip)) === wanted
}

/** pip, or Python and the arguments that run pip. */
export type Program = readonly [path: string, ...words: string[]]

/** pip on this machine. */
export function program(machine: Machine): Program | undefined {
  const pip = machine.program('pip') ?? machine.program('pip3')
  if (pip !== undefined) return [pip]
  const python = machine.program('python3') ?? machine.program('python')
  return python === undefined ? undefined : [python, '-m', 'pip']
}

/** `pip config`, for the settings of this user alone. */
export function config(machine: Machine, [path, ...words]: Program, ...what: string[]) {
  return machine.run(path, [...words, 'config', '--user', ...what], {
    // On Windows Python writes into a pipe in another encoding: https://docs.python.org/3/library/sys.html#sys.stdout
    env: { PIP_DISABLE_PIP_VERSION_CHECK: '1', PYTHONIOENCODING: 'utf-8' },
    limit: 60_000,
  })
}

/**
 * How pip runs a keyring. It skips one in the folder of its own commands and takes the next one on PATH
 * (pip/_internal/network/auth.py, get_keyring_provider). In a virtual environment with the keyring package it can
 * import that instead.
 */
export async function callerOf(machine: Machine, pip: Program): Promise<Caller> {
  const python = await pythonOf(machine, pip)
  if (python === undefined) return { name: 'pip' }
  const ask = (script: string) => machine.run(python, ['-c', script], { limit: 60_000 })
  const scripts = await ask('import sysconfig; print(sysconfig.get_path("scripts"))')
  return {
    name: 'pip',
    passesOver: scripts.exitCode === 0 ? scripts.stdout.trim() : undefined,
    async otherWays() {
      if ((await ask('import sys, keyring; sys.exit(sys.prefix == sys.base_prefix)')).exitCode !== 0) return []
      return [hint`credbridge setup python && ${pip} config --site set ${key} import`]
    },
  }
}

/** The Python that runs pip. */
async function pythonOf(machine: Machine, [path, ...words]: Program): Promise<string | undefined> {
  const { stdout } = await machine.run(path, [...words, 'debug'], { limit: 60_000 })
  const python = /^sys\.executable: (.+?)\r?$/m.exec(stdout)?.[1]
  return python !== undefined && isAbsolute(python) ? python : undefined
}

/** The value in the user's own file; empty if there is none. */
export async function provider(machine: Machine, pip: Program): Promise<string> {
  const ran = await config(machine, pip, 'get', key)
  return ran.exitCode === 0 ? ran.stdout.trim() : ''
}

/**
 * The file in which pip keeps the settings of this user: the last that it reads for them, or the one that
 * PIP_CONFIG_FILE names. `undefined` if it reads none. `malformed` if pip cannot read its files.
 */
export async function fileOf(machine: Machine, pip: Program): Promise<string | undefined> {
  const { exitCode, stdout, stderr } = await config(machine, pip, '--verbose', 'list')
  if (exitCode !== 0) {
    throw new Failure('malformed', 'pip cannot read its configuration', { hints: linesSaidBy('pip', stderr + stdout) })
  }
  return [...stdout.matchAll(/^For variant '(?:user|env)', will try loading '(.+)'\r?$/gm)].at(-1)?.[1]
}
