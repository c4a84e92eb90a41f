import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { installCommands } from '../real/commands.ts'
import { startGitServer } from '../real/git-server.ts'
import type { Git } from '../real/gits.ts'
import { type Outcome, run } from '../real/run.ts'
import { type KeyringState, startSession } from '../real/session.ts'
import { sshServer } from '../real/ssh-server.ts'
import { type Answer, onTerminal } from '../real/typing.ts'
import { openHome } from './uninstall-world.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'tasks.md'), 'utf8')

/** One task of the page: its heading, and the lines of its block. */
export interface Task {
  readonly heading: string
  readonly lines: readonly string[]
}

export const tasks: readonly Task[] = page
  .split(/^## /m)
  .slice(1)
  .flatMap((section) => {
    const blocks = [...section.matchAll(/^```sh\n([^`]+)```$/gm)]
    const heading = section.slice(0, section.indexOf('\n'))
    return blocks.map(([, text = '']) => ({ heading, lines: text.trimEnd().split('\n') }))
  })

/** The lines that the page's table counts for a task. */
export function counted(heading: string): number {
  const row = page.split('\n').find((line) => line.startsWith(`| ${heading} |`)) ?? ''
  return Number(row.split('|')[2])
}

const hostInPage = 'https://git.example.com'

/** A person with git and credbridge, a server with the repository `team/app.git`, and another machine behind `ssh`. */
export async function openTasks(git: Git, state: KeyringState, remote: KeyringState = 'no-bus') {
  const home = await openHome(state, ['bash', 'tar'])
  const server = await startGitServer(git, onTestFinished)
  const url = server.repository('team/app.git')
  const usual = { ...home.env, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' }
  const env: Record<string, string> = withoutFolders(usual)
  const other = await otherMachine(remote, home.commands)
  const meant = (text: string) => text.replaceAll(hostInPage, server.origin)

  return {
    ...home,
    server,
    url,
    /** The address that the page calls https://git.example.com. */
    origin: server.origin,
    /** Runs the block of a task, on a terminal if there are answers. */
    task(heading: string, more: Readonly<Record<string, string>> = {}, answers?: readonly Answer[]): Promise<Outcome> {
      const block = tasks.find((one) => one.heading === heading)
      if (block === undefined) throw new Error(`the page has no task ${heading}`)
      const words = ['-euo', 'pipefail', '-c', meant(block.lines.join('\n'))]
      const options = { env: { ...env, ...more }, cwd: home.home }
      if (answers === undefined) return run(join(home.commands, 'bash'), words, options)
      const onIt = onTerminal(answers, 'env', `PATH=${home.commands}`, 'bash', ...words)
      return run('python3', onIt, { ...options, env: { ...options.env, PATH: process.env['PATH'] ?? '' } })
    },
    /** One command here, outside of the page's blocks. */
    here: (command: string, words: readonly string[], input = '', more: Readonly<Record<string, string>> = {}) =>
      run(join(home.commands, command), words, { env: { ...env, ...more }, cwd: home.home, input }),
    /** One command on the other machine. */
    there: (command: string, words: readonly string[]) => run(command, words, { env: other.env, cwd: other.home }),
    /** Answers git's questions for a user name and a password. */
    person(user: string, password: string): Readonly<Record<string, string>> {
      const askpass = join(home.home, 'askpass')
      const text = `#!/bin/sh\ncase $1 in Username*) echo ${user} ;; *) echo ${password} ;; esac\n`
      writeFileSync(askpass, text, { mode: 0o755 })
      return { GIT_ASKPASS: askpass }
    },
  }
}

/** Another machine, which `ssh` leads to, whatever its name is. */
async function otherMachine(state: KeyringState, commandsHere: string) {
  const session = await startSession(state, onTestFinished)
  const commands = installCommands(join(session.folder, 'commands'))
  const env: Record<string, string> = withoutFolders({ ...session.env, PATH: `${commands}:${session.env['PATH']}` })
  const key = join(session.folder, 'key')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  const { HOME: home = '', ...variables } = env
  mkdirSync(home, { recursive: true })
  const { options } = sshServer('me', 'unused', { publicKey: `${key}.pub` }, onTestFinished, { home, env: variables })
  const words = [...options, '-o', 'IdentitiesOnly=yes', '-i', key, '-l', 'me'].map((word) => `'${word}'`).join(' ')
  writeFileSync(
    join(commandsHere, 'ssh'),
    `#!/bin/sh\nPATH=${process.env['PATH']}:/usr/sbin exec ssh ${words} "$@"\n`,
    {
      mode: 0o755,
    },
  )
  return { env, home }
}

/** A home in which credbridge's folders are where the page says. */
function withoutFolders(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^XDG_(CONFIG|DATA|STATE|CACHE)_HOME$/.test(name)))
}
