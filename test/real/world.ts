import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installCommands } from './commands.ts'
import { programOnPath } from './require.ts'
import { type Outcome, type RunOptions, run } from './run.ts'
import { type AtEnd, type KeyringState, type Session, startSession } from './session.ts'

/** Our installed commands in a session of their own, as a person or a tool there would run them. */
export interface World {
  readonly session: Session
  readonly env: Readonly<Record<string, string>>
  /** Runs a command with these words; `more` is added to the environment. */
  run(command: string, words: readonly string[], options?: Options): Promise<Outcome>
  credbridge(...words: readonly string[]): Promise<Outcome>
  /** `credbridge set`, with this secret on standard input. */
  set(endpoint: string, account: string, secret: string, options?: Options): Promise<Outcome>
  /** Writes the settings file. */
  settings(toml: string): void
}

type Options = Omit<RunOptions, 'env'> & { readonly more?: Readonly<Record<string, string>> }

export async function startWorld(state: KeyringState, atEnd: AtEnd): Promise<World> {
  const session = await startSession(state, atEnd)
  const folder = installCommands(join(session.folder, 'commands'))
  const env: Record<string, string> = { ...session.env, PATH: `${folder}:${session.env['PATH']}` }
  const runHere: World['run'] = (command, words, { more = {}, ...options } = {}) =>
    run(command, words, { ...options, env: { ...env, ...more } })
  return {
    session,
    env,
    run: runHere,
    credbridge: (...words) => runHere('credbridge', words),
    set: (endpoint, account, secret, options) =>
      runHere('credbridge', ['set', endpoint, account], { ...options, input: secret }),
    settings(toml) {
      const config = join(env['XDG_CONFIG_HOME'] ?? '', 'credbridge')
      mkdirSync(config, { recursive: true })
      writeFileSync(join(config, 'config.toml'), toml)
    },
  }
}

/**
 * The same world, in which `credbridge` finds no other clients. doctor asks each client that is there for its settings,
 * and would wait most of the time for Python, Go and kubectl.
 */
export function onlyWith<W extends World>(world: W, ...clients: readonly string[]): W {
  const folder = join(world.session.folder, 'found')
  mkdirSync(folder)
  for (const client of clients) {
    const program = programOnPath(client)
    if (program !== undefined) symlinkSync(program, join(folder, client))
  }
  const [ours = ''] = world.env['PATH']?.split(':') ?? []
  const run: World['run'] = (command, words, options = {}) => {
    const more = command === 'credbridge' ? { PATH: `${ours}:${folder}`, ...options.more } : options.more
    return world.run(command, words, more === undefined ? options : { ...options, more })
  }
  return { ...world, run, credbridge: (...words) => run('credbridge', words) }
}
