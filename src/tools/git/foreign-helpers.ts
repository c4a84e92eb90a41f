import { addressOf, parseAddress } from '../../core/endpoint.ts'
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

  read({ protocol, server, port, object, user, ...others }, text) {
    if (protocol === undefined || server === undefined || user === undefined) return undefined
    if (others['authtype'] !== undefined || others['domain'] !== undefined) return undefined
    const host = port === undefined ? server : `${server}:${port}`
    const endpoint = addressOf({ scheme: protocol, host, ...(object === undefined ? {} : { path: object }) })
    const [password = '', ...more] = text.split('\n')
    const value = (key: string) => more.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1)
    const [expires, refreshToken] = [Number(value('password_expiry_utc') ?? 0), value('oauth_refresh_token')]
    return {
      endpoint,
      account: user,
      owner: 'git',
      kind: 'basic',
      secret: new Secret(password),
      ...(expires > 0 ? { expires } : {}),
      ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
    }
  },
}

/** Git Credential Manager: the service is `git:https://host`; a configured namespace replaces `git`. */
export const gcm: ForeignHelper = {
  name: 'gcm',
  searches: [{ 'xdg:schema': 'com.microsoft.GitCredentialManager' }],

  read({ service, account }, text) {
    const scheme = service?.indexOf(':http') ?? -1
    if (service === undefined || account === undefined || scheme < 0) return undefined
    const endpoint = parseAddress(service.slice(scheme + 1))
    return { endpoint, account, owner: 'git', kind: 'basic', secret: new Secret(text) }
  },
}
