/** What is dialled: a file, or a NUL and an abstract name. */
export type SocketPath = string

/** A Unix socket, as the conversation with the bus uses it. */
export interface Line {
  /** Sends all of it, after whatever was sent before. */
  send(bytes: Uint8Array): void
  /** Whether it keeps the process alive. */
  hold(on: boolean): void
  /** Ends it; nothing is heard of it any more. */
  close(): void
}

/** Who listens to a line. */
export interface Ear {
  /** The other end is there: from now on something can be sent. */
  opened(): void
  heard(bytes: Buffer): void
  /** It broke, or never came about; nothing is heard of it any more. */
  ended(error?: NodeJS.ErrnoException): void
}

/** Makes a line. The ear hears of it in a later turn. */
export type ConnectSocket = (path: SocketPath, ear: Ear) => Line
