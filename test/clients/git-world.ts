import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { installCommands } from '../real/commands.ts'
import { type GitServer, startGitServer } from '../real/git-server.ts'
import type { Git } from '../real/gits.ts'
import { type Outcome, run } from '../real/run.ts'
import { type KeyringState, type Session, startSession } from '../real/session.ts'

/** A person with a git, a keyring and our helper, and a server that wants a password. One for each test. */
export interface GitWorld {
  readonly session: Session
  readonly server: GitServer
  /** Where clones lie. */
  readonly work: string
  /** Runs git without a terminal. Asked for a user name and a password, this person answers so, or not at all. */
  git(words: readonly string[], person?: Person): Promise<Outcome>
  /** What the person was asked since the last time that this was called. */
  asked(): readonly string[]
  /** The Authorization headers that the server saw since the last time that this was called, repeats left out. */
  tried(): readonly string[]
  /** Runs one of our commands. */
  credbridge(words: readonly string[]): Promise<Outcome>
  /** What our helper says to `get` for the server, and this user. */
  kept(user?: string): Promise<string>
  /** Commits a new file in a clone. */
  commit(clone: string): Promise<void>
  /** Another helper, asked after ours: what it answers to `get`, and what it was told so far. */
  second: {
    answer: string
    /** Its answer to a `get` whose input holds this line. */
    onLine(line: string, answer: string): void
    told(): readonly { readonly verb: string; readonly input: string }[]
  }
}

export interface Person {
  readonly user: string
  readonly password: string
}

/** To hold another store to the same stories: its name; absent: what a new user gets. */
const store = process.env['CREDBRIDGE_TEST_STORE']

const nobody: Person = { user: '', password: '' }

export async function openGitWorld(
  git: Git,
  config: Readonly<Record<string, string>> = {},
  state: KeyringState = 'unlocked',
): Promise<GitWorld> {
  const session = await startSession(state, onTestFinished)
  const server = await startGitServer(git, onTestFinished)
  const work = join(session.folder, 'work')
  mkdirSync(work)
  const commands = installCommands(join(session.folder, 'commands'))
  const askpass = script(join(session.folder, 'askpass'), askpassScript)
  const second = script(join(session.folder, 'second-helper'), secondHelper)
  const [log, told, answer] = ['asked', 'told', 'answer'].map((name) => join(session.folder, name)) as [
    string,
    string,
    string,
  ]
  const env = {
    ...session.env,
    ...(store === undefined ? {} : { CREDBRIDGE_STORE: store }),
    PATH: `${commands}:${session.env['PATH']}`,
    ASKED: log,
    TOLD: told,
    ANSWER: answer,
    GIT_ASKPASS: askpass,
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    ...configuration([
      ['user.name', 'Ann'],
      ['user.email', 'ann@example.com'],
      ['credential.helper', ''],
      ['credential.helper', join(commands, 'git-credential-credbridge')],
      ['credential.helper', second],
      ...Object.entries(config),
    ]),
  }

  return {
    session,
    server,
    work,
    git: (words, { user, password } = nobody) =>
      run(git.program, words, { env: { ...env, ANSWER_USER: user, ANSWER_PASSWORD: password }, cwd: work }),
    asked() {
      const lines = linesOf(log)
      rmSync(log, { force: true })
      return lines
    },
    tried() {
      const headers = server.seen.splice(0).filter((header) => header !== undefined && !isBareUser(header))
      return headers.filter((header, at) => header !== headers[at - 1]) as string[]
    },
    credbridge: (words) => run(join(commands, 'credbridge'), words, { env }),
    async kept(user) {
      const { host } = new URL(server.origin)
      const input = `capability[]=authtype\nprotocol=http\nhost=${host}\n${user === undefined ? '' : `username=${user}\n`}`
      const outcome = await run(join(commands, 'git-credential-credbridge'), ['get'], { env, input })
      return outcome.stderr + outcome.stdout
    },
    async commit(clone) {
      appendFileSync(join(work, clone, 'file'), 'a line\n')
      for (const words of [
        ['add', 'file'],
        ['commit', '--quiet', '--message=a line'],
      ]) {
        const outcome = await run(git.program, words, { env, cwd: join(work, clone) })
        if (outcome.exitCode !== 0) throw new Error(outcome.stderr)
      }
    },
    second: {
      set answer(text: string) {
        writeFileSync(answer, text)
      },
      onLine(line, text) {
        writeFileSync(`${answer}-then`, text)
        writeFileSync(`${answer}-line`, line)
      },
      told: () =>
        linesOf(told)
          .join('\n')
          .split('-- ')
          .slice(1)
          .map((call) => ({ verb: call.slice(0, call.indexOf('\n')), input: call.slice(call.indexOf('\n') + 1) })),
    },
  }
}

/** Where a URL names a user, git tries that name with an empty password first. */
function isBareUser(header: string): boolean {
  return header.startsWith('Basic ') && Buffer.from(header.slice('Basic '.length), 'base64').toString().endsWith(':')
}

/** git's command line configuration, which no file of this machine can change. */
function configuration(values: readonly (readonly [key: string, value: string])[]): Record<string, string> {
  const pairs = values.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ])
  return { GIT_CONFIG_COUNT: String(values.length), ...Object.fromEntries(pairs) }
}

/** Writes down every prompt; answers only a person who has something to say. */
const askpassScript = `#!/bin/sh
printf '%s\\n' "$1" >>"$ASKED"
case $1 in
  Username*) test -n "$ANSWER_USER" && printf '%s\\n' "$ANSWER_USER" ;;
  Password*) test -n "$ANSWER_PASSWORD" && printf '%s\\n' "$ANSWER_PASSWORD" ;;
esac
`

/** Writes down every call; answers from a file, or from another one where the input holds a certain line. */
const secondHelper = `#!/bin/sh
input=$(cat)
printf -- '-- %s\\n%s\\n' "$1" "$input" >>"$TOLD"
test "$1" = get && test -e "$ANSWER" || exit 0
if test -e "$ANSWER-line" && printf '%s\\n' "$input" | grep -qxF "$(cat "$ANSWER-line")"; then
  cat "$ANSWER-then"
else
  cat "$ANSWER"
fi
`

function script(file: string, text: string): string {
  writeFileSync(file, text)
  chmodSync(file, 0o755)
  return file
}

function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
}
