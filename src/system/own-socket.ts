import { type Stats, statSync } from 'node:fs'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import type { UserId } from './own-file.ts'
import { passedAlong } from './path-walk.ts'
import { textIfReadable } from './readable.ts'
import type { ConnectSocket } from './unix-socket.ts'

/*
 * The process that listens at a socket reads secrets and gives answers. An address in the environment may outlive its
 * socket, and in /tmp any user can create another socket of that name. So credbridge connects only if this user or root
 * owns the socket and every component of its path, and no other user can change the folders.
 */

/** Why connecting to this socket is refused; `undefined` if it is safe, or does not exist. */
export function refusalOf(path: string, userId: UserId): Failure | undefined {
  if (userId === undefined || userId < 0 || isAbstract(path)) return undefined
  for (const { path: passed, stats } of passedAlong(path)) {
    const trusted = stats.uid === userId || stats.uid === 0 || (stats.isDirectory() && isHiddenRoot(stats))
    const open = stats.isDirectory() && (stats.mode & 0o022) !== 0 && (stats.mode & 0o1000) === 0
    if (trusted && !open) continue
    const what = trusted ? `can be changed by other users` : 'belongs to another user'
    return new Failure('refused', `refusing the socket ${path}: ${passed} ${what}`, {
      hints: [hint`ls -ld ${passed}`],
    })
  }
  return undefined
}

/** Whether this is an abstract socket name instead of a file. Any user can take it: its owner cannot be verified. */
export function isAbstract(path: string): boolean {
  return path.startsWith('\0')
}

/**
 * Connects only to safe sockets. For any other, `ended` receives the reason. The socket is checked before connecting
 * and again afterwards, before anything can be sent.
 */
export function ownSocketsOnly(connect: ConnectSocket, userId: UserId): ConnectSocket {
  return (path, { opened, received, ended }) => {
    const refusal = refusalOf(path, userId)
    if (refusal !== undefined) {
      setImmediate(() => ended(refusal))
      return { send() {}, keepAlive() {}, close() {} }
    }
    const before = identityOf(path)
    const socket = connect(path, {
      opened() {
        if (isAbstract(path) || (before !== undefined && identityOf(path) === before)) return opened()
        socket.close()
        ended(refusalOf(path, userId) ?? new Failure('refused', `the socket ${path} was replaced meanwhile`))
      },
      received,
      ended,
    })
    return socket
  }
}

function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path)
    return `${dev} ${ino}`
  } catch {
    return undefined
  }
}

/**
 * In a user namespace that does not map root, files of root appear as files of the overflow user:
 * https://man7.org/linux/man-pages/man7/user_namespaces.7.html.
 */
function isHiddenRoot({ uid }: Stats): boolean {
  return uid === overflowId() && !isRootMapped()
}

function overflowId(): number {
  return Number(textIfReadable('/proc/sys/kernel/overflowuid') ?? -1)
}

function isRootMapped(): boolean {
  const lines = textIfReadable('/proc/self/uid_map')?.split('\n') ?? ['0']
  return lines.some((line) => line.trim().split(/ +/)[0] === '0')
}
