import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { selfSigned } from './certificate.ts'
import { listening } from './listening.ts'
import type { AtEnd } from './session.ts'

/** A private registry of Terraform modules behind HTTPS, where a person signs in by OAuth. */
export interface TerraformRegistry {
  /** `127.0.0.1:<port>` */
  readonly host: string
  /** What the clients need to trust it. */
  readonly env: Readonly<Record<string, string>>
  /** The Authorization headers of the requests for modules since the last call, repeats left out. */
  tried(): readonly string[]
}

/**
 * Has one module, `team/secret/local` 1.0.0, for the bearers of these tokens. A sign-in returns the first. Needs openssl and
 * tar. https://developer.hashicorp.com/terraform/internals/module-registry-protocol and …/login-protocol
 */
export async function startTerraformRegistry(
  folder: string,
  tokens: readonly [string, ...string[]],
  atEnd: AtEnd,
): Promise<TerraformRegistry> {
  const { key, cert, file } = selfSigned(folder, 'IP:127.0.0.1')
  const archive = packed(join(folder, 'module'))
  let tried: string[] = []

  function answer({ url = '', headers: { authorization = '-' } }: IncomingMessage, response: ServerResponse): void {
    const json = (value: object) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    const { pathname } = new URL(url, 'https://127.0.0.1')
    if (pathname === '/.well-known/terraform.json') return void json(services)
    if (pathname === '/oauth/token') return void json({ access_token: tokens[0], token_type: 'bearer' })
    if (pathname === '/secret.tar.gz') return void response.writeHead(200).end(archive)
    tried.push(authorization)
    if (!tokens.some((token) => authorization === `Bearer ${token}`)) return void response.writeHead(401).end()
    switch (pathname) {
      case '/modules/team/secret/local/versions':
        return void json({ modules: [{ versions: [{ version: '1.0.0' }] }] })
      case '/modules/team/secret/local/1.0.0/download':
        return void response.writeHead(204, { 'x-terraform-get': '/secret.tar.gz' }).end()
      default:
        return void response.writeHead(404).end()
    }
  }

  const server = createServer({ key, cert }, answer)
  const port = await listening(server, atEnd)
  return {
    host: `127.0.0.1:${port}`,
    env: { SSL_CERT_FILE: file },
    tried() {
      const all = [...new Set(tried)]
      tried = []
      return all
    },
  }
}

const services = {
  'modules.v1': '/modules/',
  'login.v1': { client: 'cli', grant_types: ['authz_code'], authz: '/oauth/authorize', token: '/oauth/token' },
}

function packed(folder: string): Buffer {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'main.tf'), 'output "answer" {\n  value = 42\n}\n')
  return execFileSync('tar', ['-cz', 'main.tf'], { cwd: folder })
}
