import type { Credential } from '../../core/credential.ts'
import { type Address, addressOf, parseAddress } from '../../core/endpoint.ts'
import { Secret } from '../../core/secret.ts'
import type { ForeignHelper } from '../tool.ts'

/**
 * git-credential-libsecret, from git's contrib folder. The parts of the URL are attributes; further values follow the
 * password, one on each line. It writes no schema. gnome-keyring adds its own for network passwords; the items of other
 * programs with that schema also have `authtype` or `domain`.
 */
export const libsecret: ForeignHelper = {
  name: 'libsecret',
  searches: ['https', 'http', 'smtp', 'imap', 'imaps', 'ftp', 'ftps'].map((protocol) => ({ protocol })),

  read(attributes, text) {
    if (attributes['authtype'] !== undefined || attributes['domain'] !== undefined) return undefined
    return ofUrl(attributes, text)
  },
}

/** git-credential-osxkeychain, of git. stores/keychain/mac gives its items these attributes. */
export const osxkeychain: ForeignHelper = {
  name: 'osxkeychain',
  searches: [{ 'credbridge:helper': 'osxkeychain' }],
  read: ofUrl,
}

/** git-credential-wincred, of Git for Windows. stores/keychain/windows gives its items these attributes. */
export const wincred: ForeignHelper = {
  name: 'wincred',
  searches: [{ 'credbridge:helper': 'wincred' }],

  read({ service, account }, text) {
    const endpoint = addressIn(service)
    if (endpoint === undefined || account === undefined) return undefined
    return { endpoint, account, owner: 'git', kind: 'basic', ...secretIn(text) }
  },
}

/** Git Credential Manager: the service is `git:https://host`; a configured namespace replaces `git`. */
export const gcm: ForeignHelper = {
  name: 'gcm',
  searches: [{ 'xdg:schema': 'com.microsoft.GitCredentialManager' }],

  read({ service, account }, text) {
    const endpoint = addressIn(service)
    if (endpoint === undefined || account === undefined || isRefreshToken(endpoint)) return undefined
    return { endpoint, account, owner: 'git', kind: 'basic', ...secretIn(text) }
  },
}

/** The credential of an item that has the parts of its URL as attributes. */
function ofUrl(
  { protocol, server, port, object, user }: Readonly<Record<string, string | undefined>>,
  text: string,
): Credential | undefined {
  if (protocol === undefined || server === undefined || user === undefined) return undefined
  const host = port === undefined ? server : `${server}:${port}`
  const endpoint = addressOf({ scheme: protocol, host, ...(object === undefined ? {} : { path: object }) })
  return { endpoint, account: user, owner: 'git', kind: 'basic', ...secretIn(text) }
}

/** The address in a service with a namespace before it. */
function addressIn(service = ''): Address | undefined {
  const scheme = service.indexOf(':http')
  return scheme < 0 ? undefined : parseAddress(service.slice(scheme + 1))
}

/** Git Credential Manager keeps refresh tokens under a host that does not exist. */
function isRefreshToken({ host }: Address): boolean {
  return /^(oauth-)?refresh[-_]token\./.test(host)
}

/** The password, and what git's helpers write on further lines. */
function secretIn(text: string): Pick<Credential, 'secret' | 'expires' | 'refreshToken'> {
  const [password = '', ...more] = text.split('\n')
  const value = (key: string) => more.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1)
  const [expires, refreshToken] = [Number(value('password_expiry_utc') ?? 0), value('oauth_refresh_token')]
  return {
    secret: new Secret(password),
    ...(expires > 0 ? { expires } : {}),
    ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
  }
}
