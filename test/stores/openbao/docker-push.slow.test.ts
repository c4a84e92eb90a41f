import { writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { builtClients } from '../../clients/docker-world.ts'
import { atEndOfSuite } from '../../real/at-end.ts'
import { built } from '../../real/commands.ts'
import { listening } from '../../real/listening.ts'
import { baoProgram, type Person } from '../../real/openbao.ts'
import { type Cluster, startCluster } from '../../real/openbao-cluster.ts'
import { type Registry, startRegistry } from '../../real/registry.ts'
import { needs, needsPrograms, programOnPath } from '../../real/require.ts'
import { type Outcome, run } from '../../real/run.ts'
import { startWorld, type World } from '../../real/world.ts'

/*
 * A cluster that is sealed in the middle of a push. crane and skopeo push, which ask docker's helper as docker does:
 * `docker push` needs docker's engine. The registry is a real one, and a gate before it says when an upload begins.
 */

const password = 'p@ss:w0rd'

needs('the build (npm run build)', built)('built', () => {
  needs('OpenBao', baoProgram !== undefined)('a push', () =>
    needsPrograms('docker-registry', 'htpasswd', 'setpriv', 'openssl', 'tar')('to a registry', stories),
  )
})

function stories(): void {
  let cluster: Cluster
  let ann: Person
  let registry: Registry
  const atEnd = atEndOfSuite()
  beforeAll(async () => {
    cluster = await startCluster(atEnd)
    ann = await cluster.bao.person('ann')
    registry = await startRegistry({ alice: password }, atEnd)
  }, 120_000)

  /** A way to the registry on which something happens once an upload has begun. Returns its host. */
  async function gate(atUpload: () => Promise<void>): Promise<string> {
    let begun: Promise<void> | undefined
    const server = createServer(async (asked, answer) => {
      if (asked.method === 'POST' && asked.headers.authorization !== undefined) {
        begun ??= atUpload()
        await begun
      }
      const { url: path = '', method = '', headers } = asked
      const [hostname, port] = registry.host.split(':')
      const further = request({ hostname, port, path, method, headers }, (reply) => {
        answer.writeHead(reply.statusCode ?? 500, reply.headers)
        reply.pipe(answer)
      })
      further.on('error', () => answer.destroy())
      asked.pipe(further)
    })
    return `127.0.0.1:${await listening(server, onTestFinished)}`
  }

  /** A machine whose docker clients ask credbridge, which has the password for this host on the cluster. */
  async function machineFor(host: string): Promise<World> {
    const world = await startWorld('no-bus', onTestFinished)
    const [first, ...others] = cluster.nodes.map(({ address }) => address)
    const nodes = JSON.stringify(others)
    world.settings(
      `store = "openbao"\n[openbao]\naddress = "${first}"\nnodes = ${nodes}\nca-file = "${cluster.caFile}"\n`,
    )
    const env = { ...world.env, BAO_TOKEN: ann.token, PATH: `${world.env['PATH']}:${builtClients}` }
    const mine: World = {
      ...world,
      env,
      run: (command, words, options = {}) => run(command, words, { cwd: world.session.folder, ...options, env }),
    }
    for (const tool of ['docker', 'containers']) await mine.run('credbridge', ['setup', tool, '--no-prove'])
    for (const at of [host, registry.host]) {
      const input = JSON.stringify({ ServerURL: at, Username: 'alice', Secret: password })
      expect(await mine.run('docker-credential-credbridge', ['store'], { input })).toMatchObject({ exitCode: 0 })
    }
    return mine
  }

  /** Pushes an image of one layer. */
  async function push(client: string, world: World, image: string): Promise<Outcome> {
    const layer = join(world.session.folder, 'layer.tar')
    writeFileSync(join(world.session.folder, 'content'), `${image}\n`)
    await world.run('tar', ['-cf', layer, 'content'])
    if (client === 'crane') return world.run('crane', ['append', '--insecure', '-f', layer, '-t', image])
    const words = [
      '--src-tls-verify=false',
      '--dest-tls-verify=false',
      `docker://${registry.image}`,
      `docker://${image}`,
    ]
    return world.run('skopeo', ['copy', ...words])
  }

  async function isPushed(name: string): Promise<boolean> {
    const authorization = `Basic ${Buffer.from(`alice:${password}`).toString('base64')}`
    const accept = 'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json'
    const [, path, tag] = /^([^:]+):(.+)$/.exec(name) ?? []
    const url = `http://${registry.host}/v2/${path}/manifests/${tag}`
    return (await fetch(url, { headers: { authorization, accept } })).status === 200
  }

  const helper = (world: World, host: string) => world.run('docker-credential-credbridge', ['get'], { input: host })
  const clients = ['crane', 'skopeo'] as const
  const places = [builtClients, process.env['PATH']].join(':')

  for (const client of clients) {
    needs(client, programOnPath(client, places) !== undefined)(client, () => {
      test('the leader is sealed in the middle: this push ends, and the next one asks another node', async () => {
        const leader = await cluster.leader()
        onTestFinished(async () => {
          await leader.unseal()
          await cluster.steady()
        })
        let isSealed = false
        const host = await gate(async () => {
          await leader.seal()
          isSealed = true
        })
        const world = await machineFor(host)
        expect(await push(client, world, `${host}/team/${client}:during`)).toMatchObject({ exitCode: 0 })
        expect(isSealed).toBe(true)
        expect(await isPushed(`team/${client}:during`)).toBe(true)
        await cluster.leader()
        expect(await push(client, world, `${host}/team/${client}:after`)).toMatchObject({ exitCode: 0 })
        expect(await isPushed(`team/${client}:after`)).toBe(true)
      }, 120_000)

      test('every node is sealed in the middle: the next push fails, says why, and works once they are unsealed', async () => {
        onTestFinished(async () => {
          for (const node of cluster.nodes) await node.unseal()
          await cluster.steady()
        })
        let isSealed = false
        const host = await gate(async () => {
          for (const node of cluster.nodes) {
            node.signal('SIGKILL')
            await node.start('sealed')
          }
          isSealed = true
        })
        const world = await machineFor(host)
        expect(await push(client, world, `${host}/sealed/${client}:during`)).toMatchObject({ exitCode: 0 })
        expect(isSealed).toBe(true)
        expect(await isPushed(`sealed/${client}:during`)).toBe(true)
        const failed = await push(client, world, `${host}/sealed/${client}:sealed`)
        expect(failed.exitCode).not.toBe(0)
        expect(await isPushed(`sealed/${client}:sealed`)).toBe(false)
        const said = await helper(world, host)
        expect(said.exitCode).not.toBe(0)
        expect(said.stdout + said.stderr).toMatch(/is sealed, so it answers nobody/)
        expect(said.stdout + said.stderr).not.toContain(password)
        for (const node of cluster.nodes) await node.unseal()
        await cluster.steady()
        expect(JSON.parse((await helper(world, host)).stdout)).toMatchObject({ Username: 'alice', Secret: password })
        expect(await push(client, world, `${host}/sealed/${client}:unsealed`)).toMatchObject({ exitCode: 0 })
      }, 120_000)
    })
  }
}
