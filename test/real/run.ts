import { type ChildProcess, spawn } from 'node:child_process'

export interface RunOptions {
  /** The whole environment; nothing is inherited unless this is absent. */
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** What stdin gives before it ends; absent: it ends at once. */
  readonly input?: string | Uint8Array
  /** Stdin stays open, as long as the program runs. */
  readonly keepStdinOpen?: boolean
  /** Hears each part of standard error while the program runs. */
  readonly heard?: (text: string) => void
  /** Milliseconds after which the program and its children are killed: 60 000 if absent. */
  readonly timeout?: number
}

export interface Outcome {
  readonly stdout: string
  readonly stderr: string
  readonly bytes: { readonly stdout: Buffer; readonly stderr: Buffer }
  /** Null when a signal ended it. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** It was killed because its time was over. */
  readonly timedOut: boolean
}

/** Runs a program without a terminal to its end; whatever its outcome is, that is a value. Not found rejects. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: options.env, cwd: options.cwd, detached: true })
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []]
    let timedOut = false
    const limit = setTimeout(() => {
      timedOut = true
      killGroup(child)
    }, options.timeout ?? 60_000)
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    if (options.heard !== undefined) child.stderr.on('data', (chunk: Buffer) => options.heard?.(chunk.toString()))
    child.stdin.on('error', () => {}) // A program may end without reading its input.
    if (options.input !== undefined) child.stdin.write(options.input)
    if (options.keepStdinOpen !== true) child.stdin.end()
    child.on('error', (error) => {
      clearTimeout(limit)
      reject(error)
    })
    child.on('close', (exitCode, signal) => {
      clearTimeout(limit)
      const bytes = { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) }
      resolve({
        stdout: bytes.stdout.toString(),
        stderr: bytes.stderr.toString(),
        bytes,
        exitCode,
        signal,
        timedOut,
      })
    })
  })
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}
