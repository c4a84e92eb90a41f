import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { installCommands } from '../real/commands.ts'
import { type Registry, startRegistry } from '../real/registry.ts'
import { type Outcome, run } from '../real/run.ts'
import { type Session, startSession } from '../real/session.ts'

export const stores = ['secret-service', 'vault'] as const
/** The same, and the store that goes through the addon, as on macOS and Windows. */
export const everyStore = [...stores, 'keychain'] as const
export type StoreName = (typeof everyStore)[number]

/** The folder of the clients that `.ci/docker-clients` builds. */
export const builtClients = join(import.meta.dirname, '..', '..', '.cache', 'docker-clients')

/** A person with a registry to sign in to, and clients that were set up by `credbridge setup`. */
export interface DockerWorld {
  readonly session: Session
  readonly registry: Registry
  readonly env: Readonly<Record<string, string>>
  /** Runs a client or one of our commands by its name. */
  run(program: string, words: readonly string[], input?: string): Promise<Outcome>
  /** What docker's helper says to a verb. */
  helper(verb: string, input?: string): Promise<Outcome>
  /** The secrets in the person's files that can be read as they are or in base64. */
  plainSecrets(...secrets: readonly string[]): readonly string[]
}

export const users = { alice: 'p@ss:w0rd', bob: 'b0b' }

export async function openDockerWorld(store: StoreName): Promise<DockerWorld> {
  const session = await startSession(store === 'vault' ? 'no-bus' : 'unlocked', onTestFinished)
  const registry = await startRegistry(users, onTestFinished)
  const commands = installCommands(join(session.folder, 'commands'))
  const env: Record<string, string> = {
    ...session.env,
    CREDBRIDGE_STORE: store,
    PATH: [commands, builtClients, session.env['PATH']].join(':'),
    XDG_CONFIG_HOME: join(session.env['HOME'] ?? '', '.config'),
    DOCKER_HOST: `unix://${join(session.folder, 'no-engine.sock')}`,
  }
  const runHere = (program: string, words: readonly string[], input = '') =>
    run('/usr/bin/env', [program, ...words], { env, input, cwd: session.folder, timeout: 60_000 })
  for (const tool of ['docker', 'containers', 'helm']) {
    const outcome = await runHere('credbridge', ['setup', tool, '--no-prove'])
    if (outcome.exitCode !== 0 && !outcome.stderr.includes('is not installed')) throw new Error(outcome.stderr)
  }
  return {
    session,
    registry,
    env,
    run: runHere,
    helper: (verb, input = 'unused') => runHere('docker-credential-credbridge', [verb], input),
    plainSecrets(...secrets) {
      const files = ['home', 'run'].flatMap((name) => filesBelow(join(session.folder, name)))
      const text = files.map((file) => readFileSync(file, 'latin1')).join('\n')
      const base64 = Object.entries(users).map((pair) => Buffer.from(pair.join(':')).toString('base64'))
      return [...secrets, ...Object.values(users), ...base64].filter((secret) => text.includes(secret))
    },
  }
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
