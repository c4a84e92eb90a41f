import { lstatSync, rmSync } from 'node:fs'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { onDisk } from './disk-failure.ts'
import { listeningPath } from './inherited-socket.ts'
import { isOwnFolder, type UserId } from './own-file.ts'
import { makeOwnFolder } from './own-folder.ts'

/** The process at the other end of a connection, as the kernel knows it. */
export interface Peer {
  readonly userId: number
  readonly processId: number
}

/** A connection that a listener has accepted. `peer` is absent where the runtime cannot tell: on Node. */
export type Accepted = Socket & { readonly peer?: Peer }

/** Runs `act` while new files of this process get the mode 0600 at most. */
export type Privately = (act: () => void) => void

export interface Listening {
  /** Takes no more connections, and removes the socket. */
  close(): void
}

/**
 * Listens at a Unix socket in a folder of this user that is closed to all others. A missing folder is created. What a
 * dead process left there is replaced; a socket that somebody answers at is `refused`, and so is any other file.
 */
export async function listenAt(
  path: string,
  userId: UserId,
  connected: (socket: Accepted) => void,
  privately: Privately,
): Promise<Listening> {
  const folder = dirname(path)
  makeOwnFolder(folder, userId)
  isOwnFolder(folder, userId, 'anything', 'followed')
  await makeRoom(path)
  const server = createServer((socket) => connected(socket))
  await listening(server, path, () => privately(() => server.listen({ path })))
  // Whoever replaced the socket meanwhile keeps the new one.
  const own = identityOf(path)
  return {
    close() {
      server.close()
      if (identityOf(path) === own) rmSync(path, { force: true })
    },
  }
}

/**
 * Listens on a socket that another process made and passed on at this descriptor, as systemd does. It must be a Unix socket
 * at this path that only this user can reach, else it is `refused`. It stays when this process ends.
 */
export async function listenOn(
  fd: number,
  path: string,
  userId: UserId,
  connected: (socket: Accepted) => void,
): Promise<Listening> {
  const at = listeningPath(fd) ?? 'no path'
  if (at !== path) {
    throw new Failure('refused', `the socket that was passed on listens at ${at}, and not at ${path}`, {
      hints: [hint`ListenStream= of its unit and --socket name the same path`],
    })
  }
  isOwnFolder(dirname(path), userId, 'anything', 'followed')
  refuseLoose(path, userId)
  const server = createServer((socket) => connected(socket))
  await listening(server, path, () => server.listen({ fd }))
  return { close: () => void server.close() }
}

function refuseLoose(path: string, userId: UserId): void {
  const { uid, mode } = onDisk(path, () => lstatSync(path))
  if ((mode & 0o077) === 0 && (userId === undefined || uid === userId)) return
  throw new Failure('refused', `other users have access to the socket ${path}`, {
    hints: [hint`its unit needs SocketMode=0600`],
  })
}

/** The longest path of a socket, in bytes: https://man7.org/linux/man-pages/man7/unix.7.html */
const longestPath = 100

async function makeRoom(path: string): Promise<void> {
  if (Buffer.byteLength(path) > longestPath) {
    throw new Failure('malformed', `the path of a socket has at most ${longestPath} bytes`, {
      hints: [hint`name a shorter one: --socket <path>`],
    })
  }
  const stats = onDisk(path, () => lstatSync(path, { throwIfNoEntry: false }))
  if (stats === undefined) return
  if (!stats.isSocket()) throw new Failure('refused', `${path} is there already, and is no socket`)
  if (await takesConnections(path)) throw new Failure('refused', `another process answers at ${path} already`)
  rmSync(path, { force: true })
}

/** What the system says where nobody listens. Any other error may come from one who does, and is busy or closed to us. */
const nobodyListens = ['ECONNREFUSED', 'ENOENT']

/** Whether somebody may take connections at this socket: `false` only if nobody does. */
export function takesConnections(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ path })
    socket.on('connect', () => resolve(true))
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => resolve(!nobodyListens.includes(code)))
    socket.on('connect', () => socket.destroy())
  })
}

function listening(server: Server, path: string, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on('error', (cause) => reject(new Failure('refused', `nobody can listen at ${path}`, { cause })))
    server.on('listening', () => resolve())
    listen()
  })
}

function identityOf(path: string): string | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats === undefined ? undefined : `${stats.dev} ${stats.ino}`
}
