import type { Failure } from '../src/core/failure.ts'
import type { Store } from '../src/core/store.ts'

/** A store that a test can tell to fail. */
export interface FailingStore extends Store {
  /** The next call fails with this, once. */
  failOnce(failure: Failure): void
}

export function failingStore(store: Store): FailingStore {
  let failure: Failure | undefined

  async function unlessFailing<T>(work: () => Promise<T>): Promise<T> {
    const thrown = failure
    failure = undefined
    if (thrown !== undefined) throw thrown
    return work()
  }

  return {
    name: store.name,
    traits: store.traits,
    find: (...call) => unlessFailing(() => store.find(...call)),
    save: (...call) => unlessFailing(() => store.save(...call)),
    remove: (...call) => unlessFailing(() => store.remove(...call)),
    list: (...call) => unlessFailing(() => store.list(...call)),
    alone: (...call) => unlessFailing(() => store.alone(...call)),
    failOnce(next) {
      failure = next
    },
  }
}
