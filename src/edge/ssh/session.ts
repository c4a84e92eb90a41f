import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { childEnvironment } from '../../system/child-environment.ts'
import type { Machine } from '../../system/machine.ts'
import { randomHex } from '../../system/random.ts'
import { runtime } from '../installation/version.ts'
import { attend, type Ended } from '../launch/start.ts'
import { type Connection, connect } from './connection.ts'
import { installing } from './far-shell.ts'
import type { SshWords } from './ssh-words.ts'

/** A session over ssh, with the socket at `path` forwarded. */
export interface Session {
  /** ssh's absolute path. */
  readonly program: string
  /** The path of a socket for ssh itself. */
  readonly control: string
  readonly path: string
  readonly words: SshWords
  readonly machine: Machine
  say(line: string): void
}

/** Names that no other session has. Short: ssh adds to one of them, and the path of a socket is limited. */
export function pathsIn(folder: string): { readonly control: string; readonly path: string } {
  const name = randomHex(4)
  return { control: join(folder, `c-${name}`), path: join(folder, `ssh-${name}.sock`) }
}

/** Runs the session to its end. The far side has its socket before the session begins, and loses it after that. */
export async function attendSession(
  { program, control, path, words, machine, say }: Session,
  installs: boolean,
): Promise<Ended> {
  const connection = await connect(program, control, words, machine.run)
  try {
    if (installs) {
      await install(program, connection)
      say('installed; there: ~/.local/bin/credbridge use remote, and credbridge setup for each tool')
    } else if (!connection.hasCredbridge) say(`${words.destination} has no credbridge: credbridge ssh --install <host>`)
    await connection.forward(path)
    const env = childEnvironment(process.env)
    return await attend({ program, words: connection.sessionWords(words.rest), env })
  } finally {
    await connection.end()
  }
}

/** Brings this executable there. It runs on the same system and processor only. */
async function install(program: string, { system, sessionWords }: Connection): Promise<void> {
  const processors: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' }
  const ours = `Linux ${processors[process.arch] ?? process.arch}`
  if (runtime !== 'native') {
    throw new Failure('unsupported', 'only the native executable can be brought to another machine', {
      hints: [hint`npm run build:standalone, then build/standalone/credbridge ssh --install <host>`],
    })
  }
  if (system !== ours) throw new Failure('unsupported', `this executable is for ${ours}, and the far side is ${system}`)
  const file = openSync(process.execPath, 'r')
  try {
    const words = sessionWords([installing])
    const exitCode = await new Promise<number | null>((resolve) => {
      const child = spawn(program, words, { stdio: [file, 'ignore', 'inherit'], env: childEnvironment(process.env) })
      child.on('error', () => resolve(null))
      child.on('close', (code) => resolve(code))
    })
    if (exitCode !== 0) throw new Failure('unavailable', 'the executable could not be written to ~/.local/bin there')
  } finally {
    closeSync(file)
  }
}
