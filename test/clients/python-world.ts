import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { built, installCommands } from '../real/commands.ts'
import { hasKeyring, needs, type Suite } from '../real/require.ts'
import { type Outcome, type RunOptions, run } from '../real/run.ts'
import { type Session, startSession } from '../real/session.ts'

const environments = join(import.meta.dirname, '..', '..', '.cache', 'python-clients')

/** The stores that every client is served from: a desktop's keyring, and the vault of a machine without one. */
export const stores = ['secret-service', 'vault'] as const
export type StoreName = (typeof stores)[number]

/** A program of one of the environments that `.ci/python-clients` makes. */
export function client(environment: 'pip-old' | 'pip-new' | 'tools' | 'flyte', program: string): string {
  return join(environments, environment, 'bin', program)
}

/** The suite for tests with real Python clients and our built commands. */
export const needsPythonClients: Suite = needs(
  'the build (npm run build), a keyring and the Python clients (.ci/python-clients)',
  built && hasKeyring && existsSync(join(environments, 'made')),
)

export interface PythonWorld {
  readonly session: Session
  /** The environment of a person who has our commands on PATH, `keyring` among them, and none of Python's settings. */
  readonly env: Readonly<Record<string, string>>
  /** Runs one of our commands, or a client by its path; what it prints is a value. */
  run(program: string, words: readonly string[], options?: RunOptions): Promise<Outcome>
  /** Runs a script of Python in an environment; its words are `sys.argv[1:]`. Anything but exit 0 is an error. */
  python(environment: 'tools' | 'flyte', script: string, ...words: string[]): Promise<string>
  /** Keeps a password by the keyring command. */
  keep(service: string, username: string, password: string): Promise<void>
}

export async function openPythonWorld(store: StoreName): Promise<PythonWorld> {
  const session = await startSession(store === 'vault' ? 'no-bus' : 'unlocked', onTestFinished)
  const commands = installCommands(join(session.folder, 'commands'))
  symlinkSync(join(commands, 'credbridge-keyring'), join(commands, 'keyring'))
  const env: Record<string, string> = {
    ...session.env,
    CREDBRIDGE_STORE: store,
    PATH: `${commands}:${session.env['PATH']}`,
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_INPUT: '1',
    UV_PYTHON_DOWNLOADS: 'never',
    UV_NO_PROGRESS: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  }
  const outcomeOf = (program: string, words: readonly string[], options: RunOptions = {}) =>
    run(program.includes('/') ? program : join(commands, program), words, { timeout: 120_000, env, ...options })

  return {
    session,
    env,
    run: outcomeOf,
    async python(environment, script, ...words) {
      const outcome = await outcomeOf(client(environment, 'python'), ['-c', script, ...words])
      if (outcome.exitCode !== 0) throw new Error(`Python ended with ${outcome.exitCode}: ${outcome.stderr}`)
      return outcome.stdout
    },
    async keep(service, username, password) {
      const outcome = await outcomeOf('keyring', ['set', service, username], { input: `${password}\n` })
      if (outcome.exitCode !== 0) throw new Error(outcome.stderr)
    },
  }
}

/** An index on loopback that lets in one user, and what was sent to it. */
export interface Index {
  /** `http://127.0.0.1:port`. */
  readonly origin: string
  readonly host: string
  /** The Authorization headers so far, in order; '' for a request without one. */
  readonly tried: string[]
}

/** Serves one wheel below `/simple/` to this user, everybody else hears 401. */
export async function startIndex(world: WheelPlace, user: string, password: string): Promise<Index> {
  const wheel = await tinyWheel(world)
  const tried: string[] = []
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const server = createServer((request, response) => {
    tried.push(request.headers.authorization ?? '')
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="index"' }).end()
    } else if (request.url?.startsWith('/simple/tiny')) {
      response
        .writeHead(200, { 'Content-Type': 'text/html' })
        .end('<a href="/files/tiny-1.0-py3-none-any.whl">tiny</a>')
    } else if (request.url?.startsWith('/files/tiny-1.0')) {
      response.writeHead(request.url.endsWith('.whl') ? 200 : 404).end(request.url.endsWith('.whl') ? wheel : '')
    } else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { origin: `http://${host}`, host, tried }
}

const wheelScript = `
import sys, zipfile
info = "tiny-1.0.dist-info/"
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("tiny.py", "x = 1\\n")
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\nSummary: tiny\\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "tiny.py,,\\n" + info + "METADATA,,\\n" + info + "WHEEL,,\\n" + info + "RECORD,,\\n")
`

/** Where a wheel can be made. */
export type WheelPlace = Pick<PythonWorld, 'session' | 'python'>

/** The bytes of a wheel, which also lies in the folder `dist` of the session. */
export async function tinyWheel(world: WheelPlace): Promise<Buffer> {
  const file = wheelFile(world)
  if (!existsSync(file)) {
    mkdirSync(join(world.session.folder, 'dist'), { recursive: true })
    await world.python('tools', wheelScript, file)
  }
  return readFileSync(file)
}

export function wheelFile({ session }: Pick<PythonWorld, 'session'>): string {
  return join(session.folder, 'dist', 'tiny-1.0-py3-none-any.whl')
}

/** A file in the session's folder, for a client to read. */
export function file({ session }: PythonWorld, name: string, text: string): string {
  const path = join(session.folder, name)
  writeFileSync(path, text)
  return path
}
