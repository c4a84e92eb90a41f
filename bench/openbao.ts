import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { parseAddress } from '../src/core/endpoint.ts'
import { entryName } from '../src/stores/openbao/document.ts'
import { freePort } from '../test/real/free-port.ts'
import { baoProgram } from '../test/real/openbao.ts'
import { programOnPath } from '../test/real/require.ts'
import { until } from '../test/real/until.ts'
import type { Row, Step } from './measure.ts'
import type { Goal, Part } from './part.ts'
import type { Form, World } from './world.ts'

/*
 * A warm server of OpenBao on loopback, with TLS: git's lookup there, beside curl with the same request and `bao kv get`.
 */

const [few, many] = [10, 10_000]
const callers = 50
const root = 'root-of-the-bench'
const endpoint = parseAddress('https://git.example.com')
const question = 'protocol=https\nhost=git.example.com\n'

export const openbao: Part = {
  name: 'openbao',
  async prepare(world) {
    const curl = programOnPath('curl')
    if (baoProgram === undefined || curl === undefined) throw new Error('OpenBao or curl is missing: .ci/run')
    const server = await startServer(world, baoProgram)
    for (const [place, count] of [
      ['few', few],
      ['many', many],
    ] as const)
      await fill(server, place, count)
    const { address, caFile } = server
    const url = `${address}/v1/secret/data/few/${entryName(endpoint)}`
    const byCurl: Step = {
      program: curl,
      words: ['-sS', '--fail', '--cacert', caFile, '-H', `X-Vault-Token: ${root}`, url],
      env: world.env,
      answers: (stdout) => stdout.split('p@ss').length > 1,
    }
    const byBao: Step = {
      program: baoProgram,
      words: ['kv', 'get', '-format=json', '-mount=secret', `few/${entryName(endpoint)}`],
      env: { ...world.env, BAO_ADDR: address, BAO_CACERT: caFile, BAO_TOKEN: root },
      answers: (stdout) => stdout.includes('p@ss'),
    }
    const rows = world.forms.flatMap((form): readonly Row[] => [
      getRow(world, form, `${few} items`, server, 'few'),
      getRow(world, form, `${many} items`, server, 'many'),
      getRow(world, form, `${callers} callers`, server, 'few', callers),
    ])
    return {
      rows: [
        ...rows,
        { name: 'curl, the same request', steps: () => [byCurl] },
        { name: `curl, ${callers} callers`, steps: () => [{ ...byCurl, atOnce: callers }] },
        { name: 'bao kv get', steps: () => [byBao] },
      ],
      goals: world.forms.filter(({ name }) => name === 'standalone').flatMap((form) => goals(world, form)),
    }
  },
}

const rowName = ({ named }: World, form: Form, what: string) => named(`openbao get, ${what}`, form, 'openbao')

function getRow(world: World, form: Form, what: string, server: Server, place: string, atOnce = 1): Row {
  const config = join(server.folder, place)
  const step: Step = {
    program: form.command('git-credential-credbridge'),
    words: ['get'],
    env: world.on('openbao', { XDG_CONFIG_HOME: config, BAO_TOKEN: root }),
    input: question,
    answers: (stdout) => stdout.split('password=p@ss\n').length === atOnce + 1,
    ...(atOnce === 1 ? {} : { atOnce }),
  }
  return { name: rowName(world, form, what), steps: () => [step] }
}

function goals(world: World, form: Form): readonly Goal[] {
  const row = (what: string) => rowName(world, form, what)
  return [
    { row: row(`${few} items`), against: 'curl, the same request', atMost: 1.5, issue: 18 },
    { row: row(`${few} items`), against: 'bao kv get', atMost: 0.5, issue: 18 },
    { row: row(`${many} items`), against: row(`${few} items`), atMost: 1.1, issue: 18 },
    { row: row(`${callers} callers`), against: `curl, ${callers} callers`, atMost: 1.3, issue: 18 },
  ]
}

interface Server {
  readonly address: string
  readonly caFile: string
  readonly folder: string
}

async function startServer({ session, atEnd }: World, program: string): Promise<Server> {
  const folder = join(session.folder, 'openbao')
  mkdirSync(folder)
  chmodSync(folder, 0o755)
  const port = await freePort()
  const words = ['-dev', '-dev-tls', `-dev-tls-cert-dir=${folder}`, `-dev-root-token-id=${root}`, '-dev-no-store-token']
  const child = spawn(program, ['server', ...words, `-dev-listen-address=127.0.0.1:${port}`], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
  })
  atEnd(async () => {
    if (child.exitCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'close')
  })
  const caFile = join(folder, 'vault-ca.pem')
  const server = { address: `https://127.0.0.1:${port}`, caFile, folder }
  await until(
    async () => existsSync(caFile) && (await ask(server, 'GET', 'secret/config').catch(() => 0)) === 200,
    'OpenBao does not answer',
  )
  return server
}

/** Entries as credbridge writes them, and the settings that lead there. */
async function fill(server: Server, place: string, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, number) => number)
  const one = async (number: number) => {
    const at = number === 0 ? endpoint : parseAddress(`https://git-${number}.example.com`)
    const items = [{ owner: 'git', account: 'alice', value: 'p@ss', savedAt: 1_795_799_886_866 }]
    const data = { credbridge: 1, endpoint: at.key, items }
    const status = await ask(server, 'POST', `secret/data/${place}/${entryName(at)}`, { data })
    if (status !== 200) throw new Error(`an entry cannot be written: ${status}`)
  }
  const workers = Array.from({ length: 16 }, async () => {
    for (let next = numbers.pop(); next !== undefined; next = numbers.pop()) await one(next)
  })
  await Promise.all(workers)
  const config = join(server.folder, place, 'credbridge')
  mkdirSync(config, { recursive: true })
  const lines = ['[openbao]', `address = "${server.address}"`, `ca-file = "${server.caFile}"`, `places = ["${place}"]`]
  writeFileSync(join(config, 'config.toml'), `${lines.join('\n')}\n`)
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 })

function ask({ address, caFile }: Server, method: string, path: string, body?: unknown): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-vault-token': root }
    const options = { method, headers, agent, ca: readFileSync(caFile) }
    const asked = request(`${address}/v1/${path}`, options, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
    })
    asked.on('error', reject)
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
