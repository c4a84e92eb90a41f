import { isAbsolute, join, resolve } from 'node:path'
import type { Credential } from '../../core/credential.ts'
import { addressOf, hostAndPort } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { Secret } from '../../core/secret.ts'
import type { PlainSecret, PlainSecrets, World } from '../tool.ts'
import { partsOfUrl } from './url.ts'

/** The files of git-credential-store(1): one URL with user and password a line. Comments and other lines stay. */
export const gitPlainSecrets: PlainSecrets = {
  async find(world, options) {
    const own = options['file']
    const files = typeof own === 'string' ? [resolve(world.folder, own)] : usualFiles(world)
    const secrets = files.flatMap((file) => secretsIn(world, file))
    const left = files.filter((file) => (world.files.read(file) ?? '') !== '').length
    const remarks =
      left > 0 && secrets.length > 0
        ? ['if git still asks `store`, it will write them again: git config --global --unset credential.helper store']
        : []
    return { secrets, remarks }
  },

  putBack(world, trace, credential) {
    const file = trace['file'] ?? ''
    const text = world.files.read(file) ?? ''
    const line = lineOf(credential)
    if (!text.split('\n').includes(line)) world.files.write(file, `${line}\n${text}`)
  },
}

function usualFiles({ home, env }: World): string[] {
  const named = env['XDG_CONFIG_HOME'] ?? ''
  const config = isAbsolute(named) ? named : join(home, '.config')
  return [join(home, '.git-credentials'), join(config, 'git', 'credentials')]
}

function secretsIn(world: World, file: string): PlainSecret[] {
  return (world.files.read(file) ?? '').split('\n').flatMap((line, index): PlainSecret[] => {
    const credential = credentialIn(line)
    if (credential === undefined) return []
    const takeOut = () => {
      const now = world.files.read(file)?.split('\n') ?? []
      world.files.write(file, now.filter((other) => other !== line).join('\n'))
    }
    return [{ where: `${file}, line ${index + 1}`, credential, takeOut, trace: { file } }]
  })
}

function credentialIn(line: string): Credential | undefined {
  try {
    const { protocol = '', host = '', path = '', username, password } = partsOfUrl(line)
    if (username === undefined || password === undefined) return undefined
    const endpoint = addressOf({ scheme: protocol, host, path })
    return { endpoint, account: username, owner: 'git', kind: 'basic', secret: new Secret(password) }
  } catch {
    return undefined
  }
}

/** As git-credential-store writes it: everything but unreserved characters escaped, in the host as well. */
function lineOf({ endpoint, account, secret }: Credential): string {
  if (endpoint.form === 'service') throw new Failure('internal', 'git has addresses only')
  const { scheme, path } = endpoint
  const [user, password, host] = [account, secret.expose(), hostAndPort(endpoint)].map(escaped)
  return `${scheme}://${user}:${password}@${host}${path === '' ? '' : `/${path}`}`
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
}
