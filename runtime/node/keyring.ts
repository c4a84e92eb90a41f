import { forget, keep, read } from 'host:keyring'

/* What src/ uses of @napi-rs/keyring, as far as the host has it: the kernel's keyring. */

interface Options {
  readonly linux: { readonly store: 'keyutils' | 'secret-service' }
}

export class Entry {
  readonly #service: string
  readonly #account: string

  constructor(service: string, account: string, { linux }: Options) {
    if (linux.store !== 'keyutils') throw notHere()
    this.#service = service
    this.#account = account
  }

  getPassword(): string | null {
    return read(this.#service, this.#account) ?? null
  }

  setPassword(text: string): void {
    keep(this.#service, this.#account, text)
  }

  deletePassword(): boolean {
    return forget(this.#service, this.#account)
  }
}

/** The Secret Service is spoken to without an addon, by the store of that name. */
function notHere(): Error {
  return new Error('not built into this executable')
}

export class AsyncEntry {
  constructor() {
    throw notHere()
  }
}

export async function findCredentialsAsync(): Promise<never> {
  throw notHere()
}
