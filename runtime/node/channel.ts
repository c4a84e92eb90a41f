import { close, read, write } from 'host:files'
import { hold, stop, watch } from 'host:poll'
import { Buffer } from './buffer.ts'
import { EventEmitter, type Listener } from './events.ts'
import { queueMicrotask } from './timers.ts'

/*
 * The part of https://nodejs.org/api/stream.html that src/ uses, over a non-blocking file descriptor: the events
 * `data`, `drain`, `end`, `error` and, at last, `close`.
 */

const chunk = 16_384

export class Channel extends EventEmitter {
  #fd: number | undefined
  #reading: number | undefined
  #writing: number | undefined
  readonly #unsent: Uint8Array[] = []
  #ending = false
  #held = true

  /** It owns the file descriptor from now on. */
  constructor(fd: number | undefined) {
    super()
    this.#fd = fd
  }

  get fd(): number {
    return this.#fd ?? -1
  }

  get destroyed(): boolean {
    return this.#fd === undefined
  }

  override on(name: string | symbol, listener: Listener): this {
    super.on(name, listener)
    return name === 'data' ? this.resume() : this
  }

  resume(): this {
    if (this.#fd === undefined || this.#reading !== undefined) return this
    this.#reading = watch(this.#fd, false, () => this.#receive())
    hold(this.#reading, this.#held)
    return this
  }

  pause(): this {
    if (this.#reading !== undefined) stop(this.#reading)
    this.#reading = undefined
    return this
  }

  /** Sends the bytes after all earlier ones. */
  write(bytes: Uint8Array | string): boolean {
    this.#unsent.push(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
    if (this.#writing === undefined) this.#push()
    return this.#unsent.length === 0
  }

  end(bytes: Uint8Array | string = ''): this {
    this.#ending = true
    this.write(bytes)
    return this
  }

  ref(): this {
    return this.#hold(true)
  }

  unref(): this {
    return this.#hold(false)
  }

  destroy(error?: unknown): this {
    if (this.#fd === undefined) return this
    this.pause()
    if (this.#writing !== undefined) stop(this.#writing)
    close(this.#fd)
    this.#fd = this.#writing = undefined
    queueMicrotask(() => {
      if (error !== undefined) this.emit('error', error)
      this.emit('close', error !== undefined)
    })
    return this
  }

  /** The buffer for the next read. */
  protected room(): Uint8Array {
    return Buffer.allocUnsafe(chunk)
  }

  protected heard(bytes: Buffer): void {
    this.emit('data', bytes)
  }

  #receive(): void {
    const room = this.room()
    const count = this.#attempt(() => read(this.fd, room, 0, room.length, -1))
    if (count === undefined) return
    if (count > 0) this.heard(new Buffer(room.buffer as ArrayBuffer, room.byteOffset, count))
    else {
      this.emit('end')
      this.destroy()
    }
  }

  #push(): void {
    while (this.#fd !== undefined && this.#unsent.length > 0) {
      const [next = new Uint8Array()] = this.#unsent
      const count = next.length === 0 ? 0 : this.#attempt(() => write(this.fd, next, 0, next.length, -1))
      if (count === undefined) return
      if (count === next.length) this.#unsent.shift()
      else this.#unsent[0] = next.subarray(count)
    }
    const hadToWait = this.#writing !== undefined
    if (this.#writing !== undefined) stop(this.#writing)
    this.#writing = undefined
    if (this.#ending) this.destroy()
    else if (hadToWait && this.#fd !== undefined) this.emit('drain')
  }

  /** Does an operation that may have to wait or may fail; `undefined` in both cases. */
  #attempt(act: () => number): number | undefined {
    try {
      return act()
    } catch (error) {
      if ((error as { code?: string }).code !== 'EAGAIN') this.destroy(error)
      else if (this.#unsent.length > 0) this.#writing ??= watch(this.fd, true, () => this.#push())
      return undefined
    }
  }

  #hold(on: boolean): this {
    this.#held = on
    for (const wait of [this.#reading, this.#writing]) if (wait !== undefined) hold(wait, on)
    return this
  }
}
