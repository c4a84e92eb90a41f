/** What is connected to: a file, or a NUL and an abstract name. */
export type SocketPath = string

/** One end of a Unix socket. */
export interface UnixSocket {
  /** Sends all of it, after whatever was sent before. */
  send(bytes: Uint8Array): void
  /** Whether it keeps the process alive. */
  keepAlive(on: boolean): void
  /** Ends it; its listener is not called any more. */
  close(): void
}

/** Who is told what comes of a socket. */
export interface SocketListener {
  /** The other end is there: from now on something can be sent. */
  opened(): void
  received(bytes: Buffer): void
  /** It broke, or never came about; nothing else is told after that. */
  ended(error?: NodeJS.ErrnoException): void
}

/** Connects to a socket. The listener is called in a later turn. */
export type ConnectSocket = (path: SocketPath, listener: SocketListener) => UnixSocket
