import type { Addon } from '../../../src/stores/keychain/calls.ts'

/*
 * A fake of the addon on macOS, which the tests do not run on; on Linux they use the real one. It follows the source of
 * the crates (docs/keychain.md), refuses the same input, and records its calls.
 */

export interface FakeAddon extends Addon {
  readonly asked: string[]
  /** The options of all entries. */
  readonly options: unknown[]
  /** The items, by the name that the system compares. */
  readonly items: Map<string, { readonly account: string; readonly password: string }>
  /** The next call fails with this text. */
  failNext(text: string): void
  /** Removals succeed but remove nothing, as on macOS without the right to remove. */
  keepsAll: boolean
}

export function fakeAddon(): FakeAddon {
  const items: FakeAddon['items'] = new Map()
  const asked: string[] = []
  let failure: string | undefined

  function ask(what: string): void {
    asked.push(what)
    const text = failure
    failure = undefined
    if (text !== undefined) throw Object.assign(new Error(text), { code: 'GenericFailure' })
  }

  const nameOf = (service: string, account: string) => JSON.stringify([service, account])

  const fake: FakeAddon = {
    asked,
    options: [],
    items,
    keepsAll: false,
    failNext(text) {
      failure = text
    },
    async findCredentialsAsync(service) {
      ask(`search ${service}`)
      return [...items].filter(([name]) => JSON.parse(name)[0] === service).map(([, item]) => item)
    },
    AsyncEntry: class {
      readonly #name: string
      readonly #account: string
      readonly #words: string

      constructor(service: string, account: string, options: unknown) {
        fake.options.push(options)
        for (const [what, name] of Object.entries({ service, user: account })) {
          if (name === '') throw new Error(`Attribute ${what} is invalid: cannot be empty`)
        }
        if (account.length > 513) throw new Error("Attribute 'user' is longer than platform limit of 513 chars")
        this.#name = nameOf(service, account)
        this.#account = account
        this.#words = `${service} ${account}`
      }
      async getPassword() {
        ask(`read ${this.#words}`)
        return items.get(this.#name)?.password ?? null
      }
      async setPassword(password: string) {
        ask(`write ${this.#words}`)
        items.set(this.#name, { account: this.#account, password })
      }
      async deleteCredential() {
        ask(`erase ${this.#words}`)
        return fake.keepsAll ? items.has(this.#name) : items.delete(this.#name)
      }
    },
  }
  return fake
}
