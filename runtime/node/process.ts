import { write } from 'host:files'
import { atEnd } from 'host:poll'
import * as host from 'host:process'
import { isTerminal } from 'host:terminal'
import { Buffer } from './buffer.ts'
import { EventEmitter, type Listener } from './events.ts'
import { hear, ignore, signals } from './signals.ts'

/* https://nodejs.org/api/process.html, the part that src/ and its packages use. */

const [argv0 = '', ...words] = host.words()
const executable = host.executable()

class Process extends EventEmitter {
  readonly argv0 = argv0
  readonly argv = [executable, executable, ...words]
  readonly execArgv = []
  readonly execPath = executable
  readonly env = host.environment()
  readonly pid = host.processId()
  readonly ppid = host.parentId()
  readonly platform = 'linux'
  /** Without `node`: this is not Node. */
  readonly versions: Readonly<Record<string, string>> = {}
  readonly arch = host.architecture()
  readonly stdout = standardStream(1)
  readonly stderr = standardStream(2)
  readonly cwd = host.folder
  readonly getuid = host.userId
  readonly umask = host.umask
  exitCode: number | undefined

  exit(code = this.exitCode): never {
    this.exitCode = code
    this.emit('exit', code ?? 0)
    return this.reallyExit(this.exitCode)
  }

  reallyExit(code = 0): never {
    return host.exit(code)
  }

  kill(pid: number, signal: string | number = 'SIGTERM'): true {
    const number = typeof signal === 'number' ? signal : signals[signal]
    if (number === undefined) throw new TypeError('there is no such signal')
    host.kill(pid, number)
    return true
  }

  execve(program: string, words: readonly string[], env: Readonly<Record<string, string | undefined>>): never {
    return host.become(program, words, definedOnly(env))
  }

  emitWarning(): void {}

  override on(name: string | symbol, listener: Listener): this {
    const signal = signals[name as string]
    if (signal !== undefined && this.listenerCount(name) === 0) hear(signal, () => this.emit(name, name, signal))
    return super.on(name, listener)
  }

  override off(name: string | symbol, listener: Listener): this {
    super.off(name, listener)
    const signal = signals[name as string]
    if (signal !== undefined && this.listenerCount(name) === 0) ignore(signal)
    return this
  }
}

/** The environment of a child process, without undefined variables. */
export function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, `${value}`]])),
  )
}

function standardStream(fd: number) {
  return {
    get isTTY() {
      return isTerminal(fd)
    },
    write(text: string) {
      for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(write(fd, rest, 0, rest.length, -1))
    },
  }
}

export const process: Process = new Process()
atEnd(() => process.exit())

export const { stdout, stderr } = process
export const stdin = {
  get isTTY() {
    return isTerminal(0)
  },
}
export default process
