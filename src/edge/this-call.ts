import type { Owner } from '../core/credential.ts'
import { hint } from '../core/hint.ts'
import { insideProof } from '../core/program.ts'
import type { Call, Person } from '../engine/call.ts'
import type { WindowsCommands } from './installation/windows-commands.ts'
import { isTerminal, standardInput, write } from './stdio.ts'

/** The call that this process was started for. `windows`: how hints are said there. */
export function thisCall(command: string, tool: Owner, windows?: WindowsCommands): Call {
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
      write(2, windows?.inWindowsWords(stderr) ?? stderr)
    },
  }
}

/** The person at this machine. Nobody is asked if there is no screen, or if an environment variable forbids it. */
export function thisPerson(): Person {
  const env = process.env
  return {
    present: isPersonPresent(env, process.platform),
    isReading: async () => env[insideProof] === undefined && (await isTerminal(2)),
    async tellPastClient(text) {
      if (env[insideProof] !== undefined) return
      const [{ caller }, { clientPart }] = await Promise.all([
        import('./launch/caller.ts'),
        import('./client-machine.ts'),
      ])
      ;(await caller()).sayOnTerminal(text, clientPart())
    },
    undisturbed: env['CREDBRIDGE_PROMPT'] === 'never',
    async ask(question) {
      const { askUnseen } = await import('./terminal/ask.ts')
      return askUnseen(question, hint`write it to standard input, which was empty`)
    },
  }
}

function isPersonPresent(env: NodeJS.ProcessEnv, platform: string): boolean {
  if (env['GIT_TERMINAL_PROMPT'] === '0' || env['CREDBRIDGE_PROMPT'] === 'never') return false
  // The keychain's dialogs appear on the screen of this machine, also for `ssh -X`.
  if ((env['SSH_CONNECTION'] ?? '') !== '') return false
  if (platform !== 'linux') return true
  return [env['DISPLAY'], env['WAYLAND_DISPLAY']].some((display) => display !== undefined && display !== '')
}
