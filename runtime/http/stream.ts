/** A connection of which bytes are taken when they are wanted. Its scope closes it. */
export interface Stream {
  send(bytes: Uint8Array): Promise<void>
  /** The next bytes; empty at the end. */
  receive(): Promise<Uint8Array>
}
