import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { AtEnd, Session } from './session.ts'

/** What the person does at the next dialog. */
export type Reaction = `password ${string}` | 'cancel' | 'nothing'

/** A person who answers gnome-keyring's dialogs, without a screen. */
export interface Prompter {
  /** For the environment of gnome-keyring-daemon. */
  readonly env: Readonly<Record<string, string>>
  next(reaction: Reaction): Promise<void>
}

/** The Python that comes with the system, for what Debian packages for it. */
export const systemPython = '/usr/bin/python3'

export async function startPrompter(session: Session, atEnd: AtEnd): Promise<Prompter> {
  const program = join(import.meta.dirname, 'prompter.py')
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', systemPython, program], {
    env: session.env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  atEnd(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async () => String((await lines.next()).value)
  return {
    env: { GNOME_KEYRING_TEST_PROMPTER: await line() },
    async next(reaction) {
      child.stdin.write(`${reaction}\n`)
      await line()
    },
  }
}
