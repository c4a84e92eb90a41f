import { isTerminal, setRaw, size } from 'host:terminal'
import { Channel } from './channel.ts'

/* https://nodejs.org/api/tty.html, the part that is used. */

export function isatty(fd: number): boolean {
  return isTerminal(fd)
}

export class ReadStream extends Channel {
  readonly isTTY = true

  setRawMode(on: boolean): this {
    setRaw(this.fd, on)
    return this
  }

  unpipe(): this {
    return this
  }
}

export class WriteStream extends Channel {
  readonly isTTY = true

  get columns(): number {
    return size(this.fd)[0]
  }

  get rows(): number {
    return size(this.fd)[1]
  }
}
