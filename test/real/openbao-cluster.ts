import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signed } from './certificate.ts'
import { freePort } from './free-port.ts'
import { baoProgram, clientOf, type Openbao } from './openbao.ts'
import type { AtEnd } from './session.ts'
import { until } from './until.ts'

/** Three real servers with TLS on loopback, which keep their data by raft. */
export interface Cluster {
  readonly nodes: readonly [Node, Node, Node]
  /** The certificate of their authority. */
  readonly caFile: string
  /** Asks whichever node leads. */
  readonly bao: Openbao
  /** The node that leads now. Waits for one. */
  leader(): Promise<Node>
  /** Waits until a write succeeds through each node, several times in turn. */
  steady(): Promise<void>
}

export interface Node {
  readonly address: string
  /** Sends a signal to the process; SIGSTOP cuts the node off. */
  signal(name: NodeJS.Signals): void
  /** Starts the process, and unseals it unless it is to stay sealed. */
  start(how?: 'sealed'): Promise<void>
  /** Seals it. Only the node that leads can be sealed, and another one then leads. */
  seal(): Promise<void>
  unseal(): Promise<void>
  /** Whether it is unsealed and knows who leads. */
  isReady(): Promise<boolean>
}

/** Needs openssl. */
export async function startCluster(atEnd: AtEnd): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'cb-cluster-'))
  atEnd(async () => rmSync(folder, { recursive: true, force: true }))
  const { authority, server } = signed(folder, 'IP:127.0.0.1', 'DNS:localhost')
  const ask = asking(authority.cert)
  const ports = await Promise.all([1, 2, 3].map(async () => [await freePort(), await freePort()] as const))
  const addresses = ports.map(([port]) => `https://127.0.0.1:${port}`)
  let [unsealKey, root] = ['', '']
  const nodes = ports.map(([port, clusterPort], at): Node => {
    const home = join(folder, `node-${at}`)
    mkdirSync(join(home, 'data'), { recursive: true })
    const address = `https://127.0.0.1:${port}`
    const join_ = addresses
      .filter((one) => one !== address)
      .map((one) => `retry_join { leader_api_addr = "${one}" leader_ca_cert_file = "${authority.file}" }`)
    const settings = join(home, 'settings.hcl')
    writeFileSync(
      settings,
      [
        `storage "raft" { path = "${home}/data" node_id = "node-${at}" ${join_.map((line) => `\n  ${line}`).join('')}\n}`,
        `listener "tcp" { address = "127.0.0.1:${port}" cluster_address = "127.0.0.1:${clusterPort}" tls_cert_file = "${server.file}" tls_key_file = "${server.file.replace('cert.pem', 'key.pem')}" }`,
        `api_addr = "${address}"\ncluster_addr = "https://127.0.0.1:${clusterPort}"\n`,
      ].join('\n'),
    )
    let process_: ChildProcess | undefined
    atEnd(async () => {
      if (process_ === undefined || process_.exitCode !== null || process_.signalCode !== null) return
      process_.kill('SIGKILL')
      await once(process_, 'close')
    })
    const health = async () => (await ask(`${address}/v1/sys/health?standbyok=true`, {}).catch(() => undefined))?.status
    const unseal = () =>
      until(async () => {
        await ask(`${address}/v1/sys/unseal`, { method: 'POST', body: JSON.stringify({ key: unsealKey }) }).catch(
          () => {},
        )
        return (await health()) === 200
      }, 'a node is not unsealed')
    return {
      address,
      signal: (name) => void process_?.kill(name),
      isReady: async () => (await health()) === 200,
      unseal,
      async seal() {
        await ask(`${address}/v1/sys/seal`, { method: 'POST', headers: { 'x-vault-token': root } })
        await until(async () => (await health()) === 503, 'a node is not sealed')
      },
      async start(how) {
        process_ = spawn(baoProgram ?? 'bao', ['server', `-config=${settings}`], {
          stdio: 'ignore',
          env: { PATH: process.env['PATH'] ?? '', HOME: home },
        })
        await until(async () => (await health()) !== undefined, 'a node does not answer')
        if (unsealKey !== '' && how !== 'sealed') await unseal()
      },
    }
  })
  const [first, second, third] = nodes as [Node, Node, Node]
  await first.start()
  const made = await ask(`${first.address}/v1/sys/init`, {
    method: 'POST',
    body: JSON.stringify({ secret_shares: 1, secret_threshold: 1 }),
  })
  const said = (await made.json()) as { keys_base64: string[]; root_token: string }
  ;[unsealKey = '', root] = [said.keys_base64[0], said.root_token]
  await first.unseal()
  const bao = clientOf('', root, async (path, options) => {
    const node = await leader()
    return ask(`${node.address}${path}`, options ?? {})
  })
  // A node that joined has no vote for its first ten seconds otherwise, and without votes nobody can lead after the first one.
  await bao.ask('POST', 'sys/storage/raft/autopilot/configuration', { server_stabilization_time: '1s' })
  await second.start()
  await third.start()

  async function leader(): Promise<Node> {
    let found: Node | undefined
    await until(async () => {
      for (const node of nodes) {
        const answer = await ask(`${node.address}/v1/sys/leader`, {}).catch(() => undefined)
        const said = (await answer?.json().catch(() => undefined)) as { is_self?: boolean } | undefined
        if (said?.is_self === true) found = node
      }
      return found !== undefined
    }, 'no node leads')
    return found as Node
  }

  await bao.ask('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } })
  await until(
    async () =>
      bao.ask('GET', 'secret/config').then(
        () => true,
        () => false,
      ),
    'the engine is not ready',
  )
  const votes = async () => {
    const { data } = await bao.ask('GET', 'sys/storage/raft/configuration')
    const { servers } = data.config as { servers: readonly { voter: boolean }[] }
    return servers.length === 3 && servers.every(({ voter }) => voter)
  }
  await until(() => votes().catch(() => false), 'not every node has a vote')
  const writes = async () => {
    for (let turn = 0; turn < 3; turn++) {
      for (const { address } of nodes) {
        const headers = { 'x-vault-token': root }
        const body = JSON.stringify({ data: { turn } })
        const { ok } = await ask(`${address}/v1/secret/data/steady`, { method: 'POST', headers, body })
        if (!ok) return false
      }
    }
    return true
  }
  const steady = () => until(() => writes().catch(() => false), 'the cluster does not become steady')
  return { steady, nodes: [first, second, third], caFile: authority.file, bao, leader }
}

/** A `fetch` that trusts this authority, and waits half a minute at most. */
function asking(ca: Buffer): typeof fetch {
  return (url, options = {}) =>
    new Promise((resolve, reject) => {
      const { method = 'GET', headers, body } = options
      const asked = request(
        `${url}`,
        { method, ca, headers: { ...(headers as object) }, timeout: 30_000 },
        (answer) => {
          const parts: Buffer[] = []
          answer.on('data', (part: Buffer) => parts.push(part))
          answer.on('error', reject)
          answer.on('end', () => {
            const status = answer.statusCode ?? 500
            resolve(new Response(status === 204 ? null : Buffer.concat(parts), { status }))
          })
        },
      )
      asked.on('timeout', () => asked.destroy(new Error('too late')))
      asked.on('error', reject)
      asked.end(body ?? undefined)
    })
}
