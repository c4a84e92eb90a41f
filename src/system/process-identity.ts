import { getPriority, hostname } from 'node:os'
import { sep } from 'node:path'
import { linkIfReadable, textIfReadable } from './readable.ts'

/*
 * Whether a process that recorded its identity is still alive. Only a process under the same kernel and in the same PID
 * namespace can tell: on another machine or in another container the same process ID means another process.
 */

/** A process, as other processes can recognise it. */
export interface ProcessIdentity {
  /** The kernel's boot ID; without /proc the host name. */
  readonly host: string
  /** The PID namespace; absent on systems without /proc, `unknown` if /proc belongs to another one. */
  readonly namespace?: string
  readonly pid: number
  /** The start time in the kernel's clock ticks, because process IDs are reused; absent if unknown. */
  readonly started?: string
}

/** This process, as /proc describes it. Without /proc the caller must pass the process ID. */
export function thisProcess(processId?: number): ProcessIdentity {
  const self = thisProcessWithoutStart(processId)
  const started = hasOwnProc(self) ? statOf(self.pid)?.started : undefined
  return started === undefined ? self : { ...self, started }
}

/** The same without the start time. Reading that takes longer, and only tells a process from a later one with its ID. */
export function thisProcessWithoutStart(processId?: number): ProcessIdentity {
  // On Windows the path means a folder of the current drive, which any user may create.
  const self = sep === '/' ? Number(linkIfReadable('/proc/self')) : 0
  const boot = textIfReadable('/proc/sys/kernel/random/boot_id')?.trim()
  const namespace = linkIfReadable('/proc/self/ns/pid')
  if (!(self > 0) || boot === undefined || namespace === undefined) return { host: hostname(), pid: processId ?? -1 }
  // /proc may belong to another PID namespace; its process IDs then differ from ours.
  if (processId !== undefined && processId !== self) return { host: hostname(), pid: processId, namespace: 'unknown' }
  return { host: boot, namespace, pid: self }
}

/** Whether /proc belongs to the process's own PID namespace. */
function hasOwnProc({ namespace }: ProcessIdentity): boolean {
  return namespace !== undefined && namespace !== 'unknown'
}

/** Whether that process is alive, as far as this one can tell. A stopped process is living, a zombie dead. */
export function lifeOf(
  { host, namespace, pid, started }: ProcessIdentity,
  self: ProcessIdentity = thisProcess(),
): 'living' | 'dead' | 'unknown' {
  if (host !== self.host || namespace !== self.namespace || namespace === 'unknown' || !(pid > 0)) return 'unknown'
  if (!exists(pid)) return 'dead'
  if (started === undefined) return self.started === undefined ? 'living' : 'unknown'
  const stat = statOf(pid)
  if (stat === undefined) return 'living'
  return stat.started === started && !['Z', 'X'].includes(stat.state) ? 'living' : 'dead'
}

/** Checks for a process without sending a signal. https://nodejs.org/api/os.html#osgetprioritypid */
function exists(pid: number): boolean {
  try {
    getPriority(pid)
    return true
  } catch (error) {
    return (error as { info?: { code?: string } }).info?.code !== 'ESRCH'
  }
}

/** From /proc/<pid>/stat: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html. */
export interface ProcessStat {
  readonly state: string
  readonly parent: number
  readonly started: string
}

/** Fields 3, 4 and 22, counted from the end of the name in parentheses; `undefined` if they cannot be read. */
export function statOf(pid: number): ProcessStat | undefined {
  const text = textIfReadable(`/proc/${pid}/stat`)
  const words = text?.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, parent, started] = [words?.[0], words?.[1], words?.[19]]
  return state === undefined || started === undefined ? undefined : { state, parent: Number(parent), started }
}
