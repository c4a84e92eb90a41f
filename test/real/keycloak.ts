import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { needs, type Suite } from './require.ts'
import type { AtEnd } from './session.ts'
import { isSoon } from './until.ts'

const program = join(import.meta.dirname, '..', '..', '.cache', 'keycloak', 'bin', 'kc.sh')

export const needsKeycloak: Suite = needs('Keycloak', existsSync(program))

/**
 * A real Keycloak on loopback, with a realm, two users, public clients and one with a secret. It issues a new refresh token
 * at each renewal, and takes each only once.
 */
export interface Keycloak {
  /** The address of the realm. */
  readonly issuer: string
  readonly user: string
  /** A user who has no role, so not that for `offline_access` either. */
  readonly otherUser: string
  /** Of both. */
  readonly password: string
  readonly publicClient: string
  /** A public client whose access tokens last three seconds. */
  readonly shortClient: string
  readonly secretClient: { readonly id: string; readonly secret: string }
}

const admin = { username: 'admin', password: 'only for this test' }
const password = 'correct horse battery'
const secretClient = { id: 'with-secret', secret: 'secret-of-the-client' }
const realm = {
  realm: 'team',
  enabled: true,
  sslRequired: 'none',
  revokeRefreshToken: true,
  refreshTokenMaxReuse: 0,
  accessTokenLifespan: 600,
  users: [
    // What a user that is made on a page has. It permits `offline_access`.
    userNamed('ann', ['default-roles-team']),
    userNamed('bob', []),
  ],
  clients: [
    clientOf('mine', { publicClient: true }),
    clientOf('short', { publicClient: true }, { 'access.token.lifespan': '3' }),
    clientOf(secretClient.id, { publicClient: false, secret: secretClient.secret }),
  ],
}

function userNamed(name: string, realmRoles: readonly string[]): object {
  return {
    username: name,
    enabled: true,
    email: `${name}@example.com`,
    emailVerified: true,
    firstName: name,
    lastName: 'Example',
    realmRoles,
    credentials: [{ type: 'password', value: password, temporary: false }],
  }
}

function clientOf(clientId: string, more: object, attributes: object = {}): object {
  return {
    clientId,
    enabled: true,
    standardFlowEnabled: true,
    redirectUris: ['http://127.0.0.1/*'],
    attributes: {
      'oauth2.device.authorization.grant.enabled': 'true',
      'pkce.code.challenge.method': 'S256',
      ...attributes,
    },
    ...more,
  }
}

/** Starts what .ci/keycloak has prepared. That takes half a minute, or two on a busy machine. */
export async function startKeycloak(atEnd: AtEnd): Promise<Keycloak> {
  const folder = mkdtempSync(join(tmpdir(), 'cb-keycloak-'))
  atEnd(async () => rmSync(folder, { recursive: true, force: true }))
  const [port, management] = [await freePort(), await freePort()]
  const base = `http://127.0.0.1:${port}`
  const words = ['start', '--optimized', '--http-enabled=true', '--hostname-strict=false', '--http-host=127.0.0.1']
  const server = spawn(program, [...words, `--http-port=${port}`, `--http-management-port=${management}`], {
    stdio: 'ignore',
    // It is a script, which starts Java.
    detached: true,
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      JAVA_OPTS_APPEND: `-Xmx512m -XX:TieredStopAtLevel=1 -Djava.io.tmpdir=${folder}`,
      KC_BOOTSTRAP_ADMIN_USERNAME: admin.username,
      KC_BOOTSTRAP_ADMIN_PASSWORD: admin.password,
    },
  })
  atEnd(async () => {
    if (server.exitCode !== null || server.pid === undefined) return
    process.kill(-server.pid, 'SIGKILL')
    await once(server, 'close')
  })
  const answers = () =>
    fetch(`${base}/realms/master`).then(
      ({ ok }) => ok,
      () => false,
    )
  if (!(await isSoon(answers, 300_000))) throw new Error('Keycloak does not answer')
  await makeRealm(base)
  return {
    issuer: `${base}/realms/team`,
    user: 'ann',
    otherUser: 'bob',
    password,
    publicClient: 'mine',
    shortClient: 'short',
    secretClient,
  }
}

async function makeRealm(base: string): Promise<void> {
  const form = new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', ...admin })
  const signedIn = await fetch(`${base}/realms/master/protocol/openid-connect/token`, { method: 'POST', body: form })
  const { access_token: token } = (await signedIn.json()) as { readonly access_token: string }
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const made = await fetch(`${base}/admin/realms`, { method: 'POST', headers, body: JSON.stringify(realm) })
  if (!made.ok) throw new Error(`no realm: ${made.status} ${await made.text()}`)
}
