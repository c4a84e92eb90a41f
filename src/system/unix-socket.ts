/** The path of a socket file, or NUL and an abstract name. */
export type SocketPath = string

/** One end of a Unix socket. */
export interface UnixSocket {
  /** Sends all bytes, in the order of the calls. */
  send(bytes: Uint8Array): void
  /** Whether the socket keeps the process alive. */
  keepAlive(on: boolean): void
  /** Closes the socket. Its listener is not called any more. */
  close(): void
}

/** Receives the events of a socket. */
export interface SocketListener {
  /** The socket is connected: from now on it can send. */
  opened(): void
  received(bytes: Buffer): void
  /** The connection ended or failed. This is the last event. */
  ended(error?: NodeJS.ErrnoException): void
}

/** Connects to a socket. The listener is called in a later turn of the event loop. */
export type ConnectSocket = (path: SocketPath, listener: SocketListener) => UnixSocket
