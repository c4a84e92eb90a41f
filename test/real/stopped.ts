import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** How a program ended that was stopped on its way. */
export interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | null
}

/**
 * Runs a program that stops (SIGSTOP) as soon as its nth call of this name has come back, does something meanwhile, and
 * lets it go on to its end. A program that ends before it gets there is an error.
 */
export async function whileStopped(
  call: { readonly name: string; readonly nth: number },
  words: readonly string[],
  meanwhile: (pid: number) => Promise<void>,
  env: NodeJS.ProcessEnv = { PATH: process.env['PATH'] },
): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'cb-stopped-'))
  const log = join(folder, 'log')
  const inject = `inject=${call.name}:signal=STOP:when=${call.nth}`
  const tracer = spawn('strace', ['-f', '-o', log, '-e', `trace=${call.name}`, '-e', inject, ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = [textOf(tracer.stdout), textOf(tracer.stderr)]
  const closed = once(tracer, 'close')
  try {
    let pid: number | undefined
    while (pid === undefined) {
      if (tracer.exitCode !== null) throw new Error(`the program ended before that call: ${stderr()}`)
      await sleep(1)
      pid = stoppedIn(log)
    }
    try {
      await meanwhile(pid)
    } finally {
      letGoOn(pid)
    }
    await closed
    return { stdout: stdout(), stderr: stderr(), exitCode: tracer.exitCode }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Unless it was killed meanwhile. */
function letGoOn(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** The thread that made the call, which is the process's first, once it stands still, as the tracer saw it. */
function stoppedIn(log: string): number | undefined {
  const [, pid] = /^(\d+) +--- stopped by SIGSTOP ---$/m.exec(contentOf(log)) ?? []
  return pid === undefined ? undefined : Number(pid)
}

function contentOf(log: string): string {
  try {
    return readFileSync(log, 'utf8')
  } catch {
    return ''
  }
}

function textOf(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString('utf8')
}
