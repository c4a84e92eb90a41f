import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.ts'
import { takesConnections, until } from './until.ts'

/** An SSH agent of its own for a test. */
export interface Agent {
  readonly socket: string
  /** Stops and continues it, so that it does not answer meanwhile. */
  stop(): void
  continue(): void
  /** Makes a key and adds it with these options of ssh-add; the path of the private key. */
  addKey(type: string, ...options: readonly string[]): Promise<string>
  end(): void
}

export async function startAgent(): Promise<Agent> {
  const folder = mkdtempSync(join(tmpdir(), 'credbridge-agent-'))
  const socket = join(folder, 'agent')
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  await until(() => takesConnections(socket), 'ssh-agent did not start')
  const env = { PATH: process.env['PATH'], HOME: folder, SSH_AUTH_SOCK: socket }
  let count = 0
  return {
    socket,
    stop: () => void child.kill('SIGSTOP'),
    continue: () => void child.kill('SIGCONT'),
    async addKey(type, ...options) {
      const file = join(folder, `key${count++}`)
      await mustRun('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', `${type}-${count}`, '-f', file], env)
      await mustRun('ssh-add', ['-q', ...options, file], env)
      return file
    },
    end() {
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function mustRun(program: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { exitCode, stderr } = await run(program, words, { env })
  if (exitCode !== 0) throw new Error(`${program} ended with ${exitCode}: ${stderr}`)
}
