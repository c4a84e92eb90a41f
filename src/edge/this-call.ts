import type { Owner } from '../core/credential.ts'
import type { Call, Person } from '../engine/call.ts'
import { isTerminal, standardInput, write } from './stdio.ts'

/** The call that this process was started for. */
export function thisCall(command: string, tool: Owner): Call {
  return {
    command,
    words: process.argv.slice(2),
    env: process.env,
    folder: process.cwd(),
    tool,
    input: standardInput(),
    person: thisPerson(),
    async print({ stdout, stderr }) {
      write(1, stdout)
      write(2, stderr)
    },
  }
}

/** The person at this machine. Nobody is asked for anything where no screen is, or where the environment forbids it. */
export function thisPerson(): Person {
  const env = process.env
  return {
    present: isPersonPresent(env, process.platform),
    isReading: () => isTerminal(2),
    undisturbed: env['CREDBRIDGE_PROMPT'] === 'never',
    async ask(question) {
      const { askUnseen } = await import('./terminal/ask.ts')
      return askUnseen(question, 'write it to standard input, where there was nothing')
    },
  }
}

function isPersonPresent(env: NodeJS.ProcessEnv, platform: string): boolean {
  if (env['GIT_TERMINAL_PROMPT'] === '0' || env['CREDBRIDGE_PROMPT'] === 'never') return false
  // What the keychain shows appears on the screen of the machine itself, also for `ssh -X`.
  if ((env['SSH_CONNECTION'] ?? '') !== '') return false
  if (platform !== 'linux') return true
  return [env['DISPLAY'], env['WAYLAND_DISPLAY']].some((display) => display !== undefined && display !== '')
}
