import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { installCommands } from '../real/commands.ts'
import { programOnPath } from '../real/require.ts'
import { type Outcome, type RunOptions, run } from '../real/run.ts'
import { type KeyringState, startSession } from '../real/session.ts'
import { type Answer, onTerminal } from '../real/typing.ts'

export const gitconfig = '# mine\n[user]\n\tname = Bob ; the builder\n'
export const dockerConfig = '{\n  "psFormat": "table"\n}\n'

const libsecret = join(import.meta.dirname, '..', '..', '.cache', 'bin', 'git-credential-libsecret')
export const hasLibsecret = existsSync(libsecret)

/** What else the home has of this machine: all its programs, and what points some of them to their own files. */
interface Machines {
  readonly pointers: Readonly<Record<string, string>>
}

/** A home with dotfiles and a keyring, where git, docker and these programs are installed and nothing else. */
export async function openHome(state: KeyringState, programs: readonly string[] = [], machines?: Machines) {
  const { env: own, folder, lock } = await startSession(state, onTestFinished)
  const all: Readonly<Record<string, string>> = { ...own, ...machines?.pointers }
  const commands = installCommands(join(folder, 'commands'))
  for (const program of ['git', 'sh', 'mkdir', ...programs]) symlinkSync(pathOf(program), join(commands, program))
  writeFileSync(join(commands, 'docker'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  const { HOME: home = '', XDG_CONFIG_HOME: config = '', XDG_DATA_HOME: data = '', XDG_STATE_HOME: kept = '' } = all
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), text)
  }
  write('.gitconfig', gitconfig)
  write('.docker/config.json', dockerConfig)
  const env = { ...all, PATH: machines === undefined ? commands : `${commands}:${all['PATH']}` }
  const runHere = (command: string, words: readonly string[], options: Omit<RunOptions, 'env'> = {}) =>
    run(join(commands, command), words, { ...options, env })
  const credbridge = (...words: string[]): Promise<Outcome> => runHere('credbridge', words)
  return {
    home,
    env,
    commands,
    write,
    lock,
    credbridge,
    run: runHere,
    read: (name: string) => readFileSync(join(home, name), 'utf8'),
    set: (endpoint: string, account: string, input: string) =>
      runHere('credbridge', ['set', endpoint, account], { input }),
    git: async (verb: 'approve' | 'fill', host: string, more = '') => {
      const asking = { ...env, GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '' }
      const input = `protocol=https\nhost=${host}\n${more}\n`
      return (await run(join(commands, 'git'), ['credential', verb], { env: asking, input })).stdout
    },
    docker: (verb: string, input: string) => runHere('docker-credential-credbridge', [verb], { input }),
    /** After this verb the helper runs this command of a shell, until the result is called. */
    intercept(program: string, verb: string, then: string) {
      const path = join(commands, program)
      rmSync(path)
      const text = `#!/bin/sh\n${pathOf(program)} "$@"\n[ "$1" != ${verb} ] || ${then}\n`
      writeFileSync(path, text, { mode: 0o755 })
      return () => {
        rmSync(path)
        symlinkSync(pathOf(program), path)
      }
    },
    /** `credbridge …` on a terminal, with these answers. */
    typed: (answers: readonly Answer[], ...words: string[]) =>
      run('python3', onTerminal(answers, 'env', `PATH=${commands}`, 'credbridge', ...words), { env: all }),
    /** What is in credbridge's own folders. */
    own: () => [config, data, kept].flatMap((one) => namesIn(join(one, 'credbridge'))).sort(),
    folders: { config, data, state: kept },
    list: async (store: string): Promise<readonly { endpoint: string; account: string }[]> => {
      const listed = await run(join(commands, 'credbridge'), ['list', '--json'], {
        env: { ...env, CREDBRIDGE_STORE: store },
      })
      return JSON.parse(listed.stdout)
    },
  }
}

function pathOf(program: string): string {
  return program === 'git-credential-libsecret' ? libsecret : (programOnPath(program) ?? '')
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}
