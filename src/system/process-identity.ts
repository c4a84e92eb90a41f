import { getPriority, hostname } from 'node:os'
import { linkIfReadable, textIfReadable } from './readable.ts'

/*
 * Whether a process that left its name somewhere still lives. Only a process of the same kernel and the same namespace of
 * process ids can tell: on another machine, or in another container, the same number is another process.
 */

/** A process, as it can be named to others. */
export interface ProcessIdentity {
  /** The kernel that it runs on, until the next start; elsewhere than on Linux only the machine's name. */
  readonly host: string
  /** In which its number counts; absent where there are no namespaces, or nothing says which it is. */
  readonly namespace?: string
  readonly pid: number
  /** When it was started, in the kernel's own count, because numbers are used again; absent where nothing says it. */
  readonly started?: string
}

/** This process. On Linux the kernel says which it is; elsewhere its number has to be told, or nobody can judge it. */
export function thisProcess(processId?: number): ProcessIdentity {
  const self = Number(linkIfReadable('/proc/self'))
  const boot = textIfReadable('/proc/sys/kernel/random/boot_id')?.trim()
  const namespace = linkIfReadable('/proc/self/ns/pid')
  if (!(self > 0) || boot === undefined || namespace === undefined) return { host: hostname(), pid: processId ?? -1 }
  // Whoever has the files of another namespace in /proc has other numbers there than its own.
  if (processId !== undefined && processId !== self) return { host: hostname(), pid: processId, namespace: 'unknown' }
  const started = statOf(self)?.started
  return { host: boot, namespace, pid: self, ...(started === undefined ? {} : { started }) }
}

/** Whether that process lives, as far as this one can know. Stopped is living; ended and not yet waited for is dead. */
export function lifeOf(
  { host, namespace, pid, started }: ProcessIdentity,
  here: ProcessIdentity = thisProcess(),
): 'living' | 'dead' | 'unknown' {
  if (host !== here.host || namespace !== here.namespace || namespace === 'unknown' || !(pid > 0)) return 'unknown'
  if (!exists(pid)) return 'dead'
  if (started === undefined) return here.started === undefined ? 'living' : 'unknown'
  const stat = statOf(pid)
  if (stat === undefined) return 'living'
  return stat.started === started && !['Z', 'X'].includes(stat.state) ? 'living' : 'dead'
}

/** The only question about another process that needs no signal. https://nodejs.org/api/os.html#osgetprioritypid */
function exists(pid: number): boolean {
  try {
    getPriority(pid)
    return true
  } catch (error) {
    return (error as { info?: { code?: string } }).info?.code !== 'ESRCH'
  }
}

/** What the kernel says of a process: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html. */
export interface ProcessStat {
  readonly state: string
  readonly parent: number
  readonly started: string
}

/** The third, fourth and 22nd word, counted behind the name in parentheses; `undefined` where nothing says them. */
export function statOf(pid: number): ProcessStat | undefined {
  const text = textIfReadable(`/proc/${pid}/stat`)
  const words = text?.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, parent, started] = [words?.[0], words?.[1], words?.[19]]
  return state === undefined || started === undefined ? undefined : { state, parent: Number(parent), started }
}
