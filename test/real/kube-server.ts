import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { listening } from './listening.ts'
import type { AtEnd } from './session.ts'

/** As much of a Kubernetes API server as `kubectl get --raw /version` asks. */
export interface KubeServer {
  /** `https://127.0.0.1:<port>` */
  readonly server: string
  /** The certificate authority, in PEM. */
  readonly authority: string
  /** Makes a client certificate of this user; its certificate and its key, in PEM. */
  clientCertificate(user: string): readonly [certificate: string, key: string]
  /**
   * Who signed in since the last time that this was called: `Bearer …` or the user of a certificate, repeats left out.
   * Some installations of kubectl ask for the server's version before they do anything.
   */
  asked(): readonly string[]
}

/** Lets in the bearer of this token and whoever has a certificate of its authority. Needs openssl. */
export async function startKubeServer(folder: string, token: string, atEnd: AtEnd): Promise<KubeServer> {
  mkdirSync(folder, { recursive: true })
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' })
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=authority', '-days', '2')

  function issue(name: string, ...more: readonly string[]): readonly [string, string] {
    openssl('req', '-new', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`, ...more)
    const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-copy_extensions', 'copy']
    openssl('x509', '-req', '-in', `${name}.csr`, ...signing, '-out', `${name}.pem`)
    return [read(`${name}.pem`), read(`${name}.key`)]
  }

  const [cert, serverKey] = issue('server', '-addext', 'subjectAltName=IP:127.0.0.1')
  let asked: string[] = []
  const options = { cert, key: serverKey, ca: read('ca.pem'), requestCert: true, rejectUnauthorized: false }
  const server = createServer(options, ({ headers, socket }, response) => {
    const { authorized, getPeerCertificate } = socket as TLSSocket
    const user = authorized ? String(getPeerCertificate.call(socket).subject.CN) : undefined
    const who = headers.authorization ?? user
    if (who !== undefined && who !== asked.at(-1)) asked.push(who)
    const isKnown = who === `Bearer ${token}` || user !== undefined
    response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' })
    const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Unauthorized', code: 401 }
    response.end(JSON.stringify(isKnown ? { gitVersion: 'v1.99.0' } : status))
  })
  const port = await listening(server, atEnd)
  return {
    server: `https://127.0.0.1:${port}`,
    authority: read('ca.pem'),
    clientCertificate: issue,
    asked() {
      const all = asked
      asked = []
      return all
    },
  }
}
