import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { takesConnections, until } from '../test/real/until.ts'
import { type Figures, type Row, runOnce, type Step } from './measure.ts'
import type { Goal, Part } from './part.ts'
import { names, overSsh } from './serve-over-ssh.ts'
import type { Form, World } from './world.ts'

/*
 * git's `get` through the socket of `credbridge serve`, which keeps its connection to the keychain, and what `serve` costs while
 * nobody asks.
 */

const store = 'secret-service'
const server = 'https://served.example.com'
const input = 'protocol=https\nhost=served.example.com\n'
const bareServer = "require('net').createServer().listen(process.argv[1])"

export const serve: Part = {
  name: 'serve',
  async prepare(world) {
    const [any] = world.forms
    if (any === undefined) return { rows: [], goals: [] }
    const set = { program: any.command('credbridge'), words: ['set', server, 'alice'], env: world.on(store) }
    runOnce({ ...set, input: 's3cret' })
    const served = await Promise.all(world.forms.map((form) => startServing(world, form)))
    const memory = served.map(({ child, socket }, at) => {
      runOnce(get(world, world.forms[at] ?? any, socket))
      return memoryOf(child)
    })
    const rows = world.forms.flatMap((form, at): readonly Row[] => {
      const step = get(world, form, served[at]?.socket ?? '')
      const many = {
        ...step,
        atOnce: 100,
        answers: (stdout: string) => stdout.split('password=s3cret\n').length === 101,
      }
      return [
        { name: world.named('git get', form, 'remote'), steps: () => [step] },
        { name: world.named('100 git gets at once', form, 'remote'), steps: () => [many] },
      ]
    })
    const more = async () => [...(await idle(world, memory)), ...(await overSsh(world, served.at(-1)?.socket ?? ''))]
    return { rows, goals: goals(world), more }
  },
}

function get(world: World, form: Form, socket: string): Step {
  return {
    program: form.command('git-credential-credbridge'),
    words: ['get'],
    env: world.on(`remote:${socket}`),
    input,
    answers: (stdout) => stdout.includes('password=s3cret\n'),
  }
}

async function startServing(world: World, form: Form): Promise<{ socket: string; child: ChildProcess }> {
  const socket = join(world.session.folder, 'sockets', `${form.name}.sock`)
  const words = ['serve', '--socket', socket, '--allow', server, '--ask', 'never', '--quiet']
  return { socket, child: await started(world, form.command('credbridge'), words, socket) }
}

async function started(world: World, program: string, words: readonly string[], socket: string): Promise<ChildProcess> {
  mkdirSync(join(world.session.folder, 'sockets'), { recursive: true, mode: 0o700 })
  const child = spawn(program, words, { env: world.on(store), stdio: 'ignore' })
  world.atEnd(async () => {
    const ended = once(child, 'close')
    child.kill()
    await ended
  })
  await until(() => takesConnections(socket), `${program} does not serve`)
  return child
}

/** The memory of each server after its first answer. */
async function idle(world: World, memory: readonly number[]): Promise<readonly Figures[]> {
  const socket = join(world.session.folder, 'sockets', 'bare.sock')
  const bare = memoryOf(await started(world, world.node, ['-e', bareServer, socket], socket))
  const rows = world.forms.map((form, at) => figure(idling(form), memory[at] ?? Number.NaN))
  const above = (memory[0] ?? Number.NaN) - bare
  return [
    ...rows,
    figure('a bare net server on Node, idle', bare),
    figure('serve on Node, above a bare net server', above),
  ]
}

function idling({ name }: Form): string {
  return `serve, idle: ${name}`
}

/** In MB: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function memoryOf(child: ChildProcess | undefined): number {
  const [, size] = /^VmRSS:\s+([0-9]+) kB/m.exec(readFileSync(`/proc/${child?.pid}/status`, 'utf8')) ?? []
  return Number(size) / 1024
}

function figure(name: string, peak: number): Figures {
  return { name, runs: 1, median: 0, min: 0, p90: 0, peak }
}

function goals({ forms: [node, standalone], named }: World): readonly Goal[] {
  if (node === undefined || standalone === undefined) return []
  const theirs = 'git get: git-credential-libsecret'
  return [
    { row: named('git get', standalone, 'remote'), against: theirs, atMost: 0.45, issue: 17 },
    { row: names.find, against: names.bare, atMost: 1.3, issue: 17 },
    { row: idling(standalone), atMost: 12, figure: 'peak', issue: 17 },
    { row: 'serve on Node, above a bare net server', atMost: 15, figure: 'peak', issue: 17 },
  ]
}
