import { isAbsolute, join } from 'node:path'
import { type Credential, type Entry, person } from '../../core/credential.ts'
import { hostAndPort } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { insideHelper } from '../../core/program.ts'
import type { Keeper, Machine } from '../tool.ts'
import { asked, helperConfig, helperName, helperPrefix, isPlainStore } from './config.ts'
import { gitPlainSecrets, linesIn, usualFiles } from './import.ts'
import { printMessage, readMessage } from './message.ts'

/*
 * Where git finds its sign-ins without credbridge: a helper of git's own for the system's keychain, and the file of
 * git-credential-store(1). A helper is called as git calls it: gitcredentials(7), "Custom helpers".
 */

/** git's own helpers for each system's keychain, and Git Credential Manager. */
const keychainHelpers: Readonly<Record<string, readonly string[]>> = {
  linux: ['libsecret', 'manager'],
  darwin: ['osxkeychain', 'manager'],
  win32: ['manager', 'wincred'],
}

/** In milliseconds. A keychain may ask the person first. */
const limit = 60_000

export async function gitKeepers(machine: Machine): Promise<readonly Keeper[]> {
  const git = machine.program('git')
  if (git === undefined) return []
  const helper = await keychainHelper(machine, git)
  return [...(helper === undefined ? [] : [helperKeeper(machine, git, helper)]), storeKeeper(machine, git)]
}

interface Helper {
  /** As `credential.helper` names it. */
  readonly value: string
  readonly program: string
}

/** The one that git asks already, else the first that is installed. */
async function keychainHelper(machine: Machine, git: string): Promise<Helper | undefined> {
  const known = keychainHelpers[machine.platform] ?? []
  const named = asked(await helperConfig(machine, git).values()).filter((value) => known.includes(helperName(value)))
  const folder = (await machine.run(git, ['--exec-path'])).stdout.trim()
  for (const value of [...named, ...known]) {
    const program = programOf(machine, folder, value)
    if (program !== undefined && !machine.isOwnProgram(program)) return { value, program }
  }
  return undefined
}

/** git finds a helper by its path, in its own folder of programs, and on PATH. */
function programOf(machine: Machine, folder: string, value: string): string | undefined {
  if (isAbsolute(value)) return machine.files.exists(value) ? value : undefined
  const names = [`${helperPrefix}${value}`, `${helperPrefix}${value}.exe`]
  const inGits = names.map((name) => join(folder, name)).filter((path) => isAbsolute(path))
  return inGits.find((path) => machine.files.exists(path)) ?? machine.program(names[0] ?? '')
}

function helperKeeper(machine: Machine, git: string, { value, program }: Helper): Keeper {
  const call = (verb: 'get' | 'store', credential: Credential, password?: string) =>
    machine.run(program, [verb], {
      input: `${printMessage({ ...questionFor(credential), password })}\n`,
      env: { [insideHelper]: '1', GCM_INTERACTIVE: 'never', GIT_TERMINAL_PROMPT: '0' },
      limit,
    })
  return {
    name: `${helperPrefix}${helperName(value)}`,
    isPlain: false,
    takes: isForGit,
    async held(credential) {
      const { exitCode, stdout } = await call('get', credential)
      const { password } = exitCode === 0 ? readMessage(Buffer.from(stdout)) : {}
      if (password === undefined) return 'none'
      return password === credential.secret.expose() ? 'same' : 'another'
    },
    async keep(credential) {
      const { exitCode } = await call('store', credential, credential.secret.expose())
      if (exitCode !== 0) throw new Failure('unavailable', `${program} could not store`)
    },
    async wiring() {
      const config = helperConfig(machine, git)
      return asked(await config.values()).includes(value) ? [] : [config.adding(value)]
    },
  }
}

function storeKeeper(machine: Machine, git: string): Keeper {
  const files = usualFiles(machine)
  const file = files.find((path) => machine.files.exists(path)) ?? files[0] ?? ''
  return {
    name: file,
    isPlain: true,
    takes: isForGit,
    async held({ endpoint, account, secret }) {
      const line = linesIn(machine, file).find((one) => one.account === account && one.endpoint.key === endpoint.key)
      if (line === undefined) return 'none'
      return line.secret.equals(secret) ? 'same' : 'another'
    },
    keep: async (credential) => gitPlainSecrets.putBack?.(machine, { file, at: 'Infinity' }, credential),
    async wiring() {
      const config = helperConfig(machine, git)
      return asked(await config.values()).some(isPlainStore) ? [] : [config.adding('store')]
    },
  }
}

/** git's own sign-ins, and a person's at the addresses that git asks for. */
function isForGit({ endpoint, account, owner, kind }: Entry): boolean {
  if (endpoint.form !== 'address' || account === '' || kind !== 'basic') return false
  return owner === 'git' || (owner === person && ['http', 'https'].includes(endpoint.scheme))
}

function questionFor({ endpoint, account }: Credential): Readonly<Record<string, string | undefined>> {
  if (endpoint.form === 'service') throw new Failure('internal', 'git has addresses only')
  const { scheme, path } = endpoint
  return { protocol: scheme, host: hostAndPort(endpoint), path: path === '' ? undefined : path, username: account }
}
