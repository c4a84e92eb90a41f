import { type ChildProcess, spawn } from 'node:child_process'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Run } from '../../core/program.ts'
import { childEnvironment } from '../../system/child-environment.ts'
import { complain } from '../stdio.ts'
import { beginning, forwarded, mark } from './far-shell.ts'
import { connecting, type SshWords } from './ssh-words.ts'

/** A connection of ssh's own, which all further sessions use, and what it told of the far side. */
export interface Connection {
  /** The path for the socket on the far side. */
  readonly farSocket: string
  /** Whether credbridge is installed there. */
  readonly hasCredbridge: boolean
  /** `uname -s -m`. */
  readonly system: string
  /** The words that run a session, or another command, over this connection. */
  sessionWords(rest: readonly string[]): readonly string[]
  /** Forwards the socket there to this one here, and makes it the default. The host forbids it: `refused`. */
  forward(socket: string): Promise<void>
  /** Ends the connection; the far side removes its socket. */
  end(): Promise<void>
}

/** What the connection must not inherit of the person's configuration: its forwardings belong to the session. */
const ofConnection = [
  'ClearAllForwardings=yes',
  'ControlPersist=no',
  'ForkAfterAuthentication=no',
  'RemoteCommand=none',
  'SessionType=default',
  'StdinNull=no',
].flatMap((setting) => ['-o', setting])

/** A person's configuration may send every session to the background. The first value of a setting counts. */
const ofSession = ['-o', 'ForkAfterAuthentication=no']

/** How long an ended connection may take, in milliseconds. */
const patience = 5000
/** How long the far side may take to answer; for the first line a person may have to sign in, at several hosts. */
const answerLimit = 30_000
const signInLimit = 300_000

/**
 * Connects, and signs in as ssh does, with its questions on the terminal. `control`: the path of a socket for ssh. `ssh` is
 * the program's absolute path.
 */
export async function connect(ssh: string, control: string, words: SshWords, run: Run): Promise<Connection> {
  const { options, destination } = words
  const first = [...ofConnection, ...connecting(options), '-M', '-S', control, '-T', '--', destination, 'exec sh']
  const child = spawn(ssh, first, { stdio: 'pipe', env: childEnvironment(process.env) })
  passOnErrors(child)
  const ended = endOf(child)
  const told = new Lines(child, ended)
  child.stdin?.on('error', () => {})
  child.stdin?.write(beginning)
  const { system, hasCredbridge, farSocket } = await tellsOf(told).catch((error: unknown) => {
    child.kill()
    throw error
  })
  const over = (more: readonly string[]) => [...options, '-S', control, ...more]
  return {
    farSocket,
    hasCredbridge,
    system,
    sessionWords: (rest) => [...ofSession, ...over([destination, ...rest])],
    async forward(socket) {
      const words = over(['-O', 'forward', '-R', `${farSocket}:${socket}`, '--', destination])
      const { exitCode, stderr } = await run(ssh, words)
      if (exitCode !== 0) throw forbidden(destination, stderr)
      child.stdin?.write(forwarded)
      await told.next('linked')
    },
    async end() {
      child.stdin?.end()
      const timer = setTimeout(() => child.kill(), patience)
      await ended
      clearTimeout(timer)
    },
  }
}

/** ssh expands `${NAME}` and `%d` in the words of a forwarding, so the far side must not choose other characters. */
const plainPath = /^\/[A-Za-z0-9._/-]{1,90}$/

async function tellsOf(told: Lines): Promise<Pick<Connection, 'system' | 'hasCredbridge' | 'farSocket'>> {
  const system = await told.next('system ', signInLimit)
  const hasCredbridge = (await told.next('credbridge ')) === 'there'
  const farSocket = await told.next('socket ')
  if (plainPath.test(farSocket)) return { system, hasCredbridge, farSocket }
  throw new Failure('unsupported', 'the far side names a path for the socket that is too long or not plain', {
    hints: [hint`it may have letters, digits and . _ / - only: set XDG_RUNTIME_DIR there`],
  })
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on('error', () => resolve())
    child.on('close', () => resolve())
  })
}

/** What ssh says while it connects is for the person. What it says of a forwarding that failed is said by us, in one line. */
function passOnErrors({ stderr }: ChildProcess): void {
  let unread = ''
  stderr?.on('data', (bytes: Uint8Array) => {
    const lines = (unread + Buffer.from(bytes).toString('utf8')).split('\n')
    unread = (lines.pop() ?? '').slice(-mostUnread)
    for (const line of lines) if (!line.startsWith('mux_confirm_remote_forward')) complain(`${line}\n`)
  })
}

/** The lines of the far side that are for us. */
class Lines {
  readonly #lines: string[] = []
  #unread = ''
  #isOver = false
  #heard = () => {}

  constructor(child: ChildProcess, ended: Promise<void>) {
    child.stdout?.on('data', (bytes: Uint8Array) => {
      const parts = (this.#unread + Buffer.from(bytes).toString('utf8')).split('\n')
      this.#unread = (parts.pop() ?? '').slice(-mostUnread)
      const ours = parts.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length + 1))
      this.#lines.push(...ours.slice(0, mostLines - this.#lines.length))
      this.#heard()
    })
    ended.then(() => {
      this.#isOver = true
      this.#heard()
    })
  }

  /** The rest of the next line, which begins with this word. None within the limit: `timeout`. */
  async next(word: string, limit = answerLimit): Promise<string> {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      this.#heard()
    }, limit)
    while (this.#lines.length === 0 && !this.#isOver && !isLate) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve
      })
    }
    clearTimeout(timer)
    const line = this.#lines.shift()
    if (line?.startsWith(word) === true) return line.slice(word.length)
    if (line !== undefined) throw new Failure('unavailable', 'the far side cannot make a folder for the socket')
    if (this.#isOver) throw new Failure('unavailable', 'ssh has ended')
    throw new Failure('timeout', `the far side has not answered for ${limit / 1000} seconds`)
  }
}

const mostUnread = 8192
/** More than the far side ever has to say. */
const mostLines = 8

function forbidden(destination: string, said: string): Failure {
  const isRefused = said.includes('forwarding')
  return new Failure('refused', `${destination} does not let ssh forward a socket`, {
    hints: isRefused ? [hint`look for AllowStreamLocalForwarding and DisableForwarding in its sshd_config`] : [],
  })
}
