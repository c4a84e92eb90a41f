import { isAbsolute, join, resolve } from 'node:path'
import type { Credential } from '../../core/credential.ts'
import { type Address, addressOf, hostAndPort, parseAddress } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { Secret } from '../../core/secret.ts'
import type { Machine, PlainSecret, PlainSecrets } from '../tool.ts'
import { partsOfUrl } from './url.ts'

/** The files of git-credential-store(1): one URL with user and password on each line. Other lines are kept. */
export const gitPlainSecrets: PlainSecrets = {
  async find(machine, options) {
    const own = options['file']
    const files = typeof own === 'string' ? [resolve(machine.workingFolder, own)] : usualFiles(machine)
    const secrets: PlainSecret[] = []
    for (const file of files) secrets.push(...(await secretsIn(machine, file)))
    const left = files.filter((file) => (machine.files.read(file) ?? '') !== '').length
    const remarks =
      left > 0 && secrets.length > 0
        ? ['if git still asks `store`, git writes them again: git config --global --unset credential.helper store']
        : []
    return { secrets, remarks }
  },

  putBack(machine, { file = '', path = '' }, credential) {
    const line = lineOf(credential, path)
    return machine.files.whileLocked(file, () => {
      const text = machine.files.read(file) ?? ''
      if (!text.split('\n').includes(line)) machine.files.write(file, `${line}\n${text}`)
    })
  },
}

function usualFiles({ home, env }: Machine): string[] {
  const named = env['XDG_CONFIG_HOME'] ?? ''
  const config = isAbsolute(named) ? named : join(home, '.config')
  return [join(home, '.git-credentials'), join(config, 'git', 'credentials')]
}

/** Holds git's own lock while it rewrites the file, because git may be storing into it. */
async function secretsIn(machine: Machine, file: string): Promise<readonly PlainSecret[]> {
  const secrets: PlainSecret[] = []
  for (const [index, line] of (machine.files.read(file) ?? '').split('\n').entries()) {
    const found = await credentialIn(machine, line)
    if (found === undefined) continue
    const takeOut = () =>
      machine.files.whileLocked(file, () => {
        const lines = machine.files.read(file)?.split('\n') ?? []
        machine.files.write(file, lines.filter((other) => other !== line).join('\n'))
      })
    const { credential, path } = found
    const trace = path === '' ? { file } : { file, path }
    secrets.push({ where: `${file}, line ${index + 1}`, credential, takeOut, trace })
  }
  return secrets
}

/** The credential in a line, and its path if git does not ask with that; `undefined` if the line has none. */
async function credentialIn(
  machine: Machine,
  line: string,
): Promise<{ credential: Credential; path: string } | undefined> {
  const whole = wholeCredential(line)
  if (whole === undefined) return undefined
  const { scheme, path, key } = whole.endpoint
  const isAsked = path === '' || !['http', 'https'].includes(scheme) || (await usesHttpPath(machine, key))
  if (isAsked) return { credential: whole, path: '' }
  return { credential: { ...whole, endpoint: parseAddress(key.slice(0, -path.length)) }, path }
}

function wholeCredential(line: string): (Credential & { readonly endpoint: Address }) | undefined {
  try {
    const { protocol, host, path = '', username, password } = partsOfUrl(line)
    if (username === undefined || password === undefined) return undefined
    const endpoint = addressOf({ scheme: protocol, host, path })
    return { endpoint, account: username, owner: 'git', kind: 'basic', secret: new Secret(password) }
  } catch {
    return undefined
  }
}

/** Whether git asks with the path of this URL: gitcredentials(7), useHttpPath. */
async function usesHttpPath(machine: Machine, url: string): Promise<boolean> {
  const git = machine.program('git')
  if (git === undefined) return false
  const ran = await machine.run(git, ['config', '--type=bool', '--get-urlmatch', 'credential.useHttpPath', url])
  return ran.stdout.trim() === 'true'
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
