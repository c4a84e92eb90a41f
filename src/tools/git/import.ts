import { join, resolve } from 'node:path'
import type { Credential } from '../../core/credential.ts'
import { parseAddress } from '../../core/endpoint.ts'
import { Secret } from '../../core/secret.ts'
import type { PlainSecret, PlainSecrets, World } from '../tool.ts'

/** The files of git-credential-store(1): one URL with user and password a line. Comments and other lines stay. */
export const gitPlainSecrets: PlainSecrets = {
  options: [{ flags: '--file <path>', says: 'another file of git-credential-store' }],

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
  return [join(home, '.git-credentials'), join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'git', 'credentials')]
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
  const start = line.indexOf('://')
  const at = line.lastIndexOf('@')
  const colon = line.indexOf(':', start + 3)
  if (start < 1 || at < 0 || colon < 0 || colon > at) return undefined
  try {
    const account = decodeURIComponent(line.slice(start + 3, colon))
    const secret = new Secret(decodeURIComponent(line.slice(colon + 1, at)))
    return { endpoint: parseAddress(line), account, owner: 'git', kind: 'basic', secret }
  } catch {
    return undefined
  }
}

/** As git-credential-store writes it: everything but unreserved characters escaped. */
function lineOf({ endpoint, account, secret }: Credential): string {
  const [scheme, rest] = endpoint.key.split('://', 2)
  return `${scheme}://${escaped(account)}:${escaped(secret.expose())}@${rest}`
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
}
