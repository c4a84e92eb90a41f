import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { commands } from '../packaging/project.ts'
import { installCommands } from '../test/real/commands.ts'
import { programOnPath } from '../test/real/require.ts'
import { type AtEnd, type Session, startSession } from '../test/real/session.ts'

type Environment = Readonly<Record<string, string>>

/** The commands of credbridge, in one of their forms. */
export interface Form {
  /** `Node` or `standalone`. */
  readonly name: string
  /** The absolute path of a command. */
  command(name: string): string
}

/** The environment of all runs: one home folder, one session bus, one gnome-keyring, and no inherited variables. */
export interface World {
  readonly session: Session
  /** Registers work for the end of the benchmark, which also runs after an error. */
  readonly atEnd: AtEnd
  /** The complete environment of the measured programs. It inherits no variable of this process. */
  readonly env: Environment
  /** The Node that runs the Node build: this one, or CREDBRIDGE_TEST_NODE. */
  readonly node: string
  readonly forms: readonly Form[]
  /** The environment for credbridge with this store. */
  on(store: string, more?: Environment): Environment
  /** The name of a row of credbridge. Goals refer to rows by name. */
  named(what: string, form: Form, store: string): string
}

const root = join(import.meta.dirname, '..')
const executable = join(root, 'build', 'standalone', 'credbridge')

/** Starts the keyring; needs `npm run build` and `npm run build:standalone`. */
export async function startWorld(atEnd: AtEnd): Promise<World> {
  if (!existsSync(executable)) throw new Error(`${executable} does not exist; run npm run build:standalone`)
  const session = await startSession('unlocked', atEnd)
  const byNode = installCommands(join(session.folder, 'commands'))
  const env = { ...session.env, PATH: `${byNode}:${session.env['PATH']}` }
  const node = join(byNode, 'node')
  compileAsSetupDoes(node)
  const forms = [
    { name: 'Node', command: (name: string) => join(byNode, name) },
    { name: 'standalone', command: (name: string) => join(root, 'build', 'standalone', name) },
  ]
  return {
    session,
    atEnd,
    env,
    node,
    forms,
    on: (store, more = {}) => ({ ...env, CREDBRIDGE_STORE: store, ...more }),
    named: (what, { name }, store) => `${what}: ${name}, ${store}`,
  }
}

function compileAsSetupDoes(node: string): void {
  const dist = join(root, 'dist')
  const part = join(dist, 'lazy', 'edge-installation-compiled-code.cjs')
  const program = `require(${JSON.stringify(part)}).compileCommands(${JSON.stringify(commands)}, ${JSON.stringify(dist)})`
  execFileSync(node, ['-e', program], { env: {} })
}

/** The path of a program to compare with. If it is missing, the error says how to install it. */
export function peer(program: string, comesWith: string): string {
  const found = isAbsolute(program)
    ? [program].find(existsSync)
    : ([join(root, '.cache', 'bin', program)].find(existsSync) ?? programOnPath(program))
  if (found !== undefined) return found
  throw new Error(`${program} does not exist: ${comesWith}`)
}
