import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { runOnce, type Step } from './measure.ts'
import type { Part } from './part.ts'
import { peer, type World } from './world.ts'

/* `keyring --mode creds --output json get`, as pip runs it: Python's keyring and credbridge, on the same keychain. */

interface Keyring {
  readonly name: string
  readonly program: string
  readonly env: Readonly<Record<string, string>>
}

const service = 'https://pkgs.example.com/simple/'
const what = 'keyring get'
const tools = join(import.meta.dirname, '..', '.cache', 'python-clients', 'tools', 'bin')

export const python: Part = {
  name: 'python',
  async prepare(world) {
    const theirs = theirKeyring(world)
    const keyrings = [theirs, ...['secret-service', 'vault'].flatMap((store) => ours(world, store))]
    for (const { program, env } of keyrings) {
      runOnce({ program, words: ['set', service, 'alice'], env, input: 'p@ss\n' })
    }
    const [node, standalone] = world.forms.map((form) => world.named(what, form, 'secret-service'))
    return {
      rows: keyrings.map((keyring) => ({ name: keyring.name, steps: () => [get(keyring)] })),
      goals: [
        { row: node ?? '', against: theirs.name, atMost: 0.4, issue: 6 },
        { row: standalone ?? '', against: theirs.name, atMost: 0.05, issue: 13 },
      ],
      versions: { "Python's keyring": version() },
    }
  },
}

function get({ program, env }: Keyring): Step {
  const answers = (stdout: string) => stdout === '{"username": "alice", "password": "p@ss"}\n'
  return { program, words: ['--mode', 'creds', '--output', 'json', 'get', service], env, answers }
}

/** Python's keyring, installed by .ci/python-clients: Debian's is too old for pip's options. */
function theirKeyring({ env }: World): Keyring {
  const program = peer(join(tools, 'keyring'), '.ci/python-clients installs it')
  const native = { ...env, PYTHON_KEYRING_BACKEND: 'keyring.backends.SecretService.Keyring' }
  return { name: `${what}: Python's own`, program, env: native }
}

function version(): string {
  const asked =
    "import importlib.metadata as m, platform; print(m.version('keyring'), 'on Python', platform.python_version())"
  return execFileSync(join(tools, 'python'), ['-c', asked], { encoding: 'utf8' }).trim()
}

function ours({ forms, named, on }: World, store: string): readonly Keyring[] {
  return forms.map((form) => ({
    name: named(what, form, store),
    program: form.command('credbridge-keyring'),
    env: on(store),
  }))
}
