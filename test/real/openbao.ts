import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { needs, programOnPath, type Suite } from './require.ts'
import type { AtEnd } from './session.ts'
import { until } from './until.ts'

const own = join(import.meta.dirname, '..', '..', '.cache', 'openbao', 'bao')

/** The program `bao`, or `undefined`. */
export const baoProgram: string | undefined = existsSync(own) ? own : programOnPath('bao')

export const needsOpenbao: Suite = needs('OpenBao', baoProgram !== undefined)

/** The members of an answer that tests look at. */
interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: each path of the server answers with data of its own
  readonly data: any
  // biome-ignore lint/suspicious/noExplicitAny: the same
  readonly auth: any
  // biome-ignore lint/suspicious/noExplicitAny: the same
  readonly wrap_info: any
}

/** A real server. */
export interface Openbao {
  readonly address: string
  /** Its first token, which may do everything. */
  readonly root: string
  /** Asks as root, or with this token. Throws unless the status is one of 200 to 299. */
  ask(method: string, path: string, body?: unknown, token?: string): Promise<Answer>
  /** A token of a person with these policies, in HCL. Without any: the usual one for the own folder. */
  person(name: string, policy?: string): Promise<Person>
}

export interface Person {
  readonly token: string
  readonly entity: string
  readonly password: string
}

function policyFor(folder: string): string {
  return [
    `path "secret/data/${folder}/*" { capabilities = ["create", "read", "update"] }`,
    `path "secret/metadata/${folder}/*" { capabilities = ["create", "update", "list"] }`,
    `path "secret/destroy/${folder}/*" { capabilities = ["update"] }`,
  ].join('\n')
}

/** What credbridge needs in a person's own folder. */
export const personPolicy: string = policyFor('people/{{identity.entity.id}}')

/** To write in the folder of the team, too. */
export const teamPolicy: string = policyFor('teams/platform')

/** The own folder, and to read that of the team. */
const usualPolicy = [
  personPolicy,
  'path "secret/data/teams/platform/*" { capabilities = ["read"] }',
  'path "secret/metadata/teams/platform/*" { capabilities = ["list"] }',
].join('\n')

/** Where a server listens with TLS, too. */
export interface SecureListener {
  readonly port: number
  /** Has `cert.pem` and `key.pem`, and gets the settings. */
  readonly folder: string
}

/** Starts `bao server -dev` with an engine `secret` of version 2. */
export async function startOpenbao(atEnd: AtEnd, secure?: SecureListener): Promise<Openbao> {
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const root = 'root-of-the-test'
  const words = ['-dev', `-dev-root-token-id=${root}`, `-dev-listen-address=127.0.0.1:${port}`, '-dev-no-store-token']
  if (secure !== undefined) words.push(`-config=${await settingsFor(secure)}`)
  const server = spawn(baoProgram ?? 'bao', ['server', ...words], {
    stdio: 'ignore',
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir() },
  })
  atEnd(async () => {
    if (server.exitCode !== null) return
    server.kill('SIGKILL')
    await once(server, 'close')
  })
  const bao = clientOf(address, root)
  const answers = () =>
    bao.ask('GET', 'sys/internal/ui/mounts/secret').then(
      ({ data }) => data.options?.version === '2',
      () => false,
    )
  await until(answers, 'OpenBao does not answer')
  return bao
}

async function settingsFor({ port, folder }: SecureListener): Promise<string> {
  const file = join(folder, 'listener.hcl')
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const addresses = `address = "127.0.0.1:${port}" cluster_address = "127.0.0.1:${await freePort()}"`
  writeFileSync(file, `listener "tcp" { ${addresses} tls_cert_file = "${cert}" tls_key_file = "${key}" }\n`)
  return file
}

/** A server that somebody has started. */
export function clientOf(address: string, root: string, asking: typeof fetch = fetch): Openbao {
  const ask: Openbao['ask'] = async (method, path, body, token = root) => {
    const headers = { 'x-vault-token': token, 'x-vault-request': 'true' }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await asking(`${address}/v1/${path}`, { method, headers, ...sent })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
  return {
    address,
    root,
    ask,
    async person(name, policy = usualPolicy) {
      const password = `password of ${name}`
      const methods = await ask('GET', 'sys/auth')
      if (!('userpass/' in methods.data)) await ask('POST', 'sys/auth/userpass', { type: 'userpass' })
      await ask('POST', `sys/policies/acl/${name}`, { policy })
      await ask('POST', `auth/userpass/users/${name}`, { password, token_policies: [name] })
      const { auth } = await ask('POST', `auth/userpass/login/${name}`, { password })
      return { token: auth.client_token, entity: auth.entity_id, password }
    },
  }
}
