import { close } from 'host:files'
import { after, stop, watch } from 'host:poll'

/** What one exchange has open and waits for. After `close` nothing of it goes on any more. */
export class Scope {
  readonly #open = new Set<number>()
  readonly #ends: (() => void)[] = []
  readonly #waits = new Set<number>()

  /** Owns the file descriptor from now on. */
  own(fd: number): number {
    this.#open.add(fd)
    return fd
  }

  release(fd: number): void {
    if (this.#open.delete(fd)) close(fd)
  }

  atEnd(work: () => void): void {
    this.#ends.push(work)
  }

  ready(fd: number, writing: boolean): Promise<void> {
    return this.#wait((done) => watch(fd, writing, done))
  }

  pause(milliseconds: number): Promise<void> {
    return this.#wait((done) => after(milliseconds, done))
  }

  close(): void {
    for (const wait of this.#waits) stop(wait)
    this.#waits.clear()
    for (const fd of this.#open) this.release(fd)
    for (const end of this.#ends.splice(0)) end()
  }

  #wait(begin: (done: () => void) => number): Promise<void> {
    return new Promise((resolve) => {
      const wait = begin(() => {
        stop(wait)
        this.#waits.delete(wait)
        resolve()
      })
      this.#waits.add(wait)
    })
  }
}
