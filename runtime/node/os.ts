import * as host from 'host:process'
import { readFileSync } from './fs.ts'
import { process } from './process.ts'
import { signals } from './signals.ts'

/* https://nodejs.org/api/os.html, the part that src/ uses. */

export const constants = { signals }

export function homedir(): string {
  return process.env['HOME'] ?? userInfo().homedir
}

/** Throws if the system does not know the user. */
export function userInfo(): { readonly uid: number; readonly username: string; readonly homedir: string } {
  const [username, homedir] = [host.userName(), host.home()]
  if (username !== undefined && homedir !== undefined) return { uid: host.userId(), username, homedir }
  throw Object.assign(new Error('the user is not known'), { code: 'ERR_SYSTEM_ERROR' })
}

export const hostname = host.hostName

/** The kernel's version. */
export function release(): string {
  return readFileSync('/proc/sys/kernel/osrelease', 'utf8').trimEnd()
}

/** Throws the system's error, as Node does: https://nodejs.org/api/os.html#osgetprioritypid */
export function getPriority(pid = 0): number {
  try {
    return host.priority(pid)
  } catch (info) {
    throw Object.assign(new Error('the process has no priority'), { code: 'ERR_SYSTEM_ERROR', info })
  }
}
