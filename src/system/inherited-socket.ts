import { Failure } from '../core/failure.ts'
import type { Environment } from './machine.ts'
import { linkIfReadable, textIfReadable } from './readable.ts'

/** The first descriptor that systemd passes on: https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html */
const firstPassed = 3

/**
 * The descriptor of the socket that systemd listens at for this process; `undefined` if it was started in another way. The
 * variables are for the process that they name only, so a child process that inherits them does not take itself for it.
 */
export function inheritedSocket(env: Environment, processId: number): number | undefined {
  if (env['LISTEN_PID'] !== String(processId)) return undefined
  if (env['LISTEN_FDS'] === '1') return firstPassed
  throw new Failure('malformed', 'one socket is served, and systemd passes on another number of them')
}

/**
 * The path at which a Unix socket listens, as the kernel tells; `undefined` for anything else:
 * https://man7.org/linux/man-pages/man5/proc_net.5.html
 */
export function listeningPath(descriptor: number): string | undefined {
  const [, inode] = /^socket:\[([0-9]+)\]$/.exec(linkIfReadable(`/proc/self/fd/${descriptor}`) ?? '') ?? []
  const lines = textIfReadable('/proc/net/unix')?.split('\n') ?? []
  const [flags, , , , path] = lines.map(ofInode(inode)).find((words) => words !== undefined) ?? []
  return flags !== undefined && (Number.parseInt(flags, 16) & takesConnections) !== 0 ? path : undefined
}

/** `__SO_ACCEPTCON` among the flags. */
const takesConnections = 0x10000

/** The words from the flags on, in the line of this socket. A path may have spaces. */
function ofInode(inode: string | undefined): (line: string) => readonly string[] | undefined {
  return (line) => {
    const words = /^\S+: \S+ \S+ (\S+) (\S+) (\S+) +([0-9]+) (\/.*)$/.exec(line)?.slice(1)
    return words !== undefined && inode !== undefined && words[3] === inode ? words : undefined
  }
}
