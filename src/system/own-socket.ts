import { type Stats, statSync } from 'node:fs'
import { Failure } from '../core/failure.ts'
import type { UserId } from './own-file.ts'
import { passedAlong } from './path-walk.ts'
import { textIfReadable } from './readable.ts'
import type { ConnectSocket } from './unix-socket.ts'

/*
 * Whoever listens at a socket is given what is sent there, and answers. An address in the environment may have outlived
 * its socket, and in /tmp anybody can make another one of that name. So a socket is connected to only if it belongs to us or
 * to root, and everything on the way to it, too, and nobody else can change the folders.
 */

/** Why this socket is not to be connected to; `undefined` if it is ours, or not there. */
export function strangerAt(path: string, userId: UserId): Failure | undefined {
  if (userId === undefined || userId < 0 || isAbstract(path)) return undefined
  for (const { path: passed, stats } of passedAlong(path)) {
    const trusted = stats.uid === userId || stats.uid === 0 || (stats.isDirectory() && isHiddenRoot(stats))
    const open = stats.isDirectory() && (stats.mode & 0o022) !== 0 && (stats.mode & 0o1000) === 0
    if (trusted && !open) continue
    const what = trusted ? `can be changed by others` : 'belongs to another user'
    return new Failure('refused', `the socket ${path} is not used: ${passed} ${what}`, { hints: [`ls -ld ${passed}`] })
  }
  return undefined
}

/** Whether it is no file, but a name that anybody may take: nothing tells whose it is. */
export function isAbstract(path: string): boolean {
  return path.startsWith('\0')
}

/**
 * Connects to sockets of ours and root's only; any other ends with why. The socket is looked at before, and once more when
 * the other end is there, before anything can be sent.
 */
export function ownSocketsOnly(connect: ConnectSocket, userId: UserId): ConnectSocket {
  return (path, { opened, received, ended }) => {
    const stranger = strangerAt(path, userId)
    if (stranger !== undefined) {
      setImmediate(() => ended(stranger))
      return { send() {}, keepAlive() {}, close() {} }
    }
    const before = identityOf(path)
    const socket = connect(path, {
      opened() {
        if (isAbstract(path) || (before !== undefined && identityOf(path) === before)) return opened()
        socket.close()
        ended(strangerAt(path, userId) ?? new Failure('refused', `the socket ${path} was replaced just now`))
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

/** In a user namespace without root, root's folders belong to nobody: https://man7.org/linux/man-pages/man7/user_namespaces.7.html. */
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
