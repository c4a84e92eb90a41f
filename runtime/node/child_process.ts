import { ended, start } from 'host:child'
import { Channel } from './channel.ts'
import { EventEmitter } from './events.ts'
import { definedOnly, process } from './process.ts'
import { hear, holdSignals, signalName, signals } from './signals.ts'
import { queueMicrotask } from './timers.ts'

/* https://nodejs.org/api/child_process.html, the part that src/ uses. */

type Stdio = 'pipe' | 'inherit' | 'ignore' | number

interface Options {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  readonly stdio?: readonly Stdio[] | Stdio
  readonly windowsHide?: boolean
  /** It gets a session of its own. */
  readonly detached?: boolean
}

/** The values of host:child for a file descriptor. */
const asNumber = { pipe: -1, ignore: -2 }

const running = new Set<ChildProcess>()

/** Emits `error` if it could not be started; else `exit`, and `close` when its pipes have been read to the end. */
export class ChildProcess extends EventEmitter {
  pid: number | undefined
  exitCode: number | null = null
  signalCode: string | null = null
  readonly stdio: readonly (Channel | null)[]
  #open = 0

  constructor(
    program: string,
    words: readonly string[],
    { env = process.env, cwd, stdio = 'pipe', detached = false }: Options,
  ) {
    super()
    const wanted = Array.isArray(stdio) ? (stdio as readonly Stdio[]) : [stdio as Stdio, stdio as Stdio, stdio as Stdio]
    const numbers = wanted.map((one, at) => (one === 'inherit' ? at : typeof one === 'number' ? one : asNumber[one]))
    let pipes: readonly number[] = numbers.map(() => -1)
    hear(signals['SIGCHLD'] as number, reapAll) // Before it starts: it may end at once.
    try {
      ;[this.pid, ...pipes] = start(program, [program, ...words], definedOnly(env), cwd ?? '', numbers, detached)
      running.add(this)
      holdSignals(true)
    } catch (error) {
      queueMicrotask(() => this.emit('error', error))
    }
    this.stdio = wanted.map((one, at) => (one === 'pipe' ? this.#pipe(pipes[at] ?? -1) : null))
  }

  get stdin(): Channel | null {
    return this.stdio[0] ?? null
  }

  get stdout(): Channel | null {
    return this.stdio[1] ?? null
  }

  get stderr(): Channel | null {
    return this.stdio[2] ?? null
  }

  /** Returns whether the process existed and got the signal. */
  kill(signal: string = 'SIGTERM'): boolean {
    if (this.pid === undefined || !running.has(this)) return false
    try {
      return process.kill(this.pid, signal)
    } catch {
      return false
    }
  }

  /** Checks whether it has ended. */
  reap(): void {
    const end = this.pid === undefined ? undefined : ended(this.pid)
    if (end === undefined) return
    running.delete(this)
    holdSignals(running.size > 0)
    const [code, signal] = end
    this.exitCode = signal === 0 ? code : null
    this.signalCode = signal === 0 ? null : signalName(signal)
    this.emit('exit', this.exitCode, this.signalCode)
    this.#closeIfOver()
  }

  #pipe(fd: number): Channel {
    if (fd < 0) return new Channel(undefined)
    const channel = new Channel(fd)
    this.#open++
    channel.on('close', () => {
      this.#open--
      this.#closeIfOver()
    })
    return channel
  }

  #closeIfOver(): void {
    if (this.#open === 0 && !running.has(this)) this.emit('close', this.exitCode, this.signalCode)
  }
}

function reapAll(): void {
  for (const child of running) child.reap()
}

export function spawn(program: string, words: readonly string[], options: Options = {}): ChildProcess {
  return new ChildProcess(program, words, options)
}
