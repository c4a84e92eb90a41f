import { isAbsolute, join, resolve } from 'node:path'
import type { Credential } from '../../core/credential.ts'
import { hostAndPort } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { FoundSecrets, Machine, PlainSecrets } from '../tool.ts'
import { asked, helperConfig, helperName } from './config.ts'
import { pastUs, writersInTheClear } from './other-helpers.ts'
import { type AskedPlace, placesOf, type StoreLine, storeLine } from './store-lines.ts'

/** The files of git-credential-store(1): one URL with user and password on each line. Other lines are kept. */
export const gitPlainSecrets: PlainSecrets = {
  async find(machine, options) {
    const own = options['file']
    const files = typeof own === 'string' ? [resolve(machine.workingFolder, own)] : usualFiles(machine)
    const lines = files.flatMap((file) => linesIn(machine, file))
    const { secrets, remarks } = found(machine, lines, await placesOf(lines, whetherUsesHttpPath(machine)))
    const others = typeof own === 'string' ? [] : await aboutOthers(machine)
    return { secrets, remarks: [...remarks, ...others] }
  },

  guarded: (machine, file, work) => machine.files.whileLocked(file, work),

  putBack(machine, { file = '', path = '', at = '0' }, credential) {
    const line = lineOf(credential, path)
    return machine.files.whileLocked(file, () => {
      const lines = (machine.files.read(file) ?? '').split('\n')
      if (lines.includes(line)) return
      machine.files.write(file, lines.toSpliced(Math.min(Number(at), lines.length - 1), 0, line).join('\n'))
    })
  },
}

/** The names of helpers for a keychain, and how `import --from` calls them. */
const otherHelpers: ReadonlyMap<string, string> = new Map([
  ['libsecret', 'libsecret'],
  ['osxkeychain', 'osxkeychain'],
  ['wincred', 'wincred'],
  ['manager', 'gcm'],
  ['manager-core', 'gcm'],
])

/** What git's other helpers keep is in no file: it is copied by another command. And what stays as it is after the import. */
async function aboutOthers(machine: Machine): Promise<readonly string[]> {
  const git = machine.program('git')
  if (git === undefined) return []
  const config = helperConfig(machine, git)
  const all = await config.all()
  const ofUrls = all.filter(({ url }) => url !== undefined).map(({ value }) => value)
  const names = [...asked(await config.values()), ...ofUrls].map((value) => helperName(value.replace(/ -.*$/, '')))
  const known = new Set(names.flatMap((name) => otherHelpers.get(name) ?? []))
  const besides = [...(await writersInTheClear(config, all)), ...(await pastUs(config, all))]
  return [
    ...[...known].map(
      (name) => hint`to copy what git's helper for the keychain keeps: credbridge import --from ${name}`,
    ),
    ...besides.map(({ says, fix }) => `${says}: ${fix}`),
  ]
}

/** The files in which `store` looks, in this order. */
export function usualFiles({ home, env }: Machine): string[] {
  const named = env['XDG_CONFIG_HOME'] ?? ''
  const config = isAbsolute(named) ? named : join(home, '.config')
  return [join(home, '.git-credentials'), join(config, 'git', 'credentials')]
}

/** The lines of a file that have a user name and a password. */
export function linesIn(machine: Machine, file: string): readonly StoreLine[] {
  return (machine.files.read(file) ?? '').split('\n').flatMap((text, at) => storeLine(file, at, text) ?? [])
}

function found(
  machine: Machine,
  lines: readonly StoreLine[],
  places: readonly (readonly AskedPlace[])[],
): FoundSecrets {
  const all = lines.map((line, index) => ({ line, asked: places[index] ?? [] }))
  return {
    secrets: all.flatMap(({ line, asked }) =>
      asked.map(({ endpoint, droppedPath, changes, isFirst }) => ({
        where: whereIs(line),
        credential: { endpoint, account: line.account, owner: 'git', kind: 'basic', secret: line.secret },
        ...(changes === undefined ? {} : { changes }),
        ...(isFirst ? { isDefault: true } : {}),
        takeOut: () => takeOut(machine, line),
        trace: { file: line.file, at: `${line.at}`, ...(droppedPath === '' ? {} : { path: droppedPath }) },
      })),
    ),
    remarks: all
      .filter(({ asked }) => asked.length === 0)
      .map(({ line }) => `${whereIs(line)} stays: git never gets it, an earlier line is for the same place and user`),
  }
}

function whereIs({ file, at }: StoreLine): string {
  return `${file}, line ${at + 1}`
}

/** Holds git's own lock while it rewrites the file, because git may be storing into it. */
function takeOut(machine: Machine, { file, text }: StoreLine): Promise<void> {
  return machine.files.whileLocked(file, () => {
    const lines = machine.files.read(file)?.split('\n') ?? []
    machine.files.write(file, lines.filter((other) => other !== text).join('\n'))
  })
}

/** Whether git asks with the path of a URL: gitcredentials(7), useHttpPath. */
function whetherUsesHttpPath(machine: Machine): (url: string) => Promise<boolean> {
  const git = machine.program('git')
  const known = new Map<string, Promise<boolean>>()
  const ask = async (program: string, url: string) => {
    const ran = await machine.run(program, ['config', '--type=bool', '--get-urlmatch', 'credential.useHttpPath', url])
    return ran.stdout.trim() === 'true'
  }
  return async (url) => {
    if (git === undefined) return false
    const answer = known.get(url) ?? ask(git, url)
    known.set(url, answer)
    return answer
  }
}

/** A line as git-credential-store writes it: all but unreserved characters are percent-encoded, also in the host. */
function lineOf({ endpoint, account, secret }: Credential, droppedPath: string): string {
  if (endpoint.form === 'service') throw new Failure('internal', 'git has addresses only')
  const { scheme } = endpoint
  const path = droppedPath === '' ? endpoint.path : droppedPath
  const [user, password, host] = [account, secret.expose(), hostAndPort(endpoint)].map(escaped)
  return `${scheme}://${user}:${password}@${host}${path === '' ? '' : `/${path}`}`
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
}
