import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { built, installCommands } from '../real/commands.ts'
import { hasVerdaccio, type PackageRegistry, startPackageRegistry } from '../real/package-registry.ts'
import { hasKeyring, needs, programOnPath, type Suite } from '../real/require.ts'
import { type Outcome, type RunOptions, run } from '../real/run.ts'
import { type Session, startSession } from '../real/session.ts'

const clients = join(import.meta.dirname, '..', '..', '.cache', 'npm-clients')

/** The stores that every manager is served from: a desktop's keyring, and the vault of a machine without one. */
export const stores = ['secret-service', 'vault'] as const
export type StoreName = (typeof stores)[number]

export type Manager = 'npm' | 'pnpm' | 'pnpm-10' | 'yarn' | 'bun'

/** The suite for tests with real managers of packages, a real registry and our built commands. */
export const needsNpmClients: Suite = needs(
  'the build (npm run build), a keyring, python3 and the managers of packages (.ci/npm-clients)',
  built &&
    hasKeyring &&
    programOnPath('python3') !== undefined &&
    hasVerdaccio &&
    existsSync(join(clients, 'bun', 'made')),
)

export const user = 'alice'
export const password = 'p@ss:w0rd'

export interface NpmWorld {
  readonly session: Session
  readonly registry: PackageRegistry
  readonly home: string
  /** The folder of the person's own links, first on PATH. */
  readonly bin: string
  readonly env: Readonly<Record<string, string>>
  /** Runs a program by its name on PATH, in a folder of the home folder. */
  run(folder: string, program: string, words: readonly string[], options?: RunOptions): Promise<Outcome>
  /** The same, and anything but exit 0 is an error; what it wrote to standard output. */
  well(folder: string, program: string, words: readonly string[], options?: RunOptions): Promise<string>
  /** Writes a file below the home folder; its path. */
  put(name: string, text: string): string
  read(name: string): string
  /** The files below the home folder in which one of these texts can be read. */
  filesWith(...texts: readonly string[]): readonly string[]
}

/** A person at home with these managers, a registry in the user's own configuration, a real one unless said, and our commands. */
export async function openNpmWorld(
  store: StoreName,
  managers: readonly Manager[],
  other?: PackageRegistry,
): Promise<NpmWorld> {
  const session = await startSession(store === 'vault' ? 'no-bus' : 'unlocked', onTestFinished)
  const registry = other ?? (await startPackageRegistry(onTestFinished))
  const home = session.env['HOME'] ?? ''
  const bin = join(home, '.local', 'bin')
  mkdirSync(bin, { recursive: true })
  const commands = installCommands(join(session.folder, 'commands'))
  const programs = managers.map((manager) => join(clients, manager, 'node_modules', '.bin'))
  const env: Record<string, string> = {
    ...session.env,
    CREDBRIDGE_STORE: store,
    PATH: [bin, commands, ...programs, session.env['PATH']].join(':'),
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
    NO_UPDATE_NOTIFIER: '1',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    YARN_ENABLE_TELEMETRY: '0',
    YARN_NPM_MINIMAL_AGE_GATE: '0',
    YARN_ENABLE_GLOBAL_CACHE: 'false',
    YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
  }
  const put = (name: string, text: string) => {
    const path = join(home, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }
  put('.npmrc', `registry=${registry.origin}/\n`)
  put('.yarnrc.yml', `npmRegistryServer: "${registry.origin}"\nnpmAlwaysAuth: true\n`)
  const runIn: NpmWorld['run'] = (folder, program, words, options = {}) =>
    run('/usr/bin/env', [program, ...words], { env, cwd: join(home, folder), timeout: 90_000, ...options })
  return {
    session,
    registry,
    home,
    bin,
    env,
    run: runIn,
    async well(...call) {
      const { exitCode, signal, stdout, stderr } = await runIn(...call)
      if (exitCode === 0) return stdout
      throw new Error(`${call[1]} ${call[2].join(' ')} ended with ${exitCode ?? signal}: ${stdout}${stderr}`)
    },
    put,
    read: (name) => readFileSync(join(home, name), 'utf8'),
    filesWith: (...texts) => filesBelow(home).filter((file) => hasOneOf(readFileSync(file, 'latin1'), texts)),
  }
}

function hasOneOf(content: string, texts: readonly string[]): boolean {
  return texts.some((text) => content.includes(text) || content.includes(Buffer.from(text).toString('base64')))
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** A package in a folder of its own, with a program and nothing else. */
export function writePackage(world: NpmWorld, folder: string, name: string, more: object = {}): void {
  const manifest = { name, version: '1.0.0', license: 'MIT', bin: { tiny: 'tiny.js' }, ...more }
  world.put(`${folder}/package.json`, JSON.stringify(manifest))
  world.put(`${folder}/tiny.js`, '#!/usr/bin/env node\nconsole.log("tiny indeed")\n')
}
