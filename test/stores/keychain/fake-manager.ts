import { Failure } from '../../../src/core/failure.ts'
import type { CredentialManager, Kept } from '../../../src/stores/keychain/windows/credential-manager.ts'

/*
 * A stand-in for Windows' Credential Manager, for tests on Linux. The real one is tried under Wine (test/windows). It
 * compares targets as Windows does, and records its calls.
 */
export interface FakeManager extends CredentialManager {
  readonly asked: string[]
  /** The credentials, by the target that Windows compares. */
  readonly kept: Map<string, Kept>
  /** The next call fails so. */
  failNext(failure: Failure): void
  /** Removals succeed but remove nothing. */
  keepsAll: boolean
  /** Copies fail. */
  copiesNothing: boolean
}

export function fakeManager(): FakeManager {
  const kept: FakeManager['kept'] = new Map()
  const asked: string[] = []
  let failure: Failure | undefined

  function ask(what: string): void {
    asked.push(what)
    const thrown = failure
    failure = undefined
    if (thrown !== undefined) throw thrown
  }

  const fake: FakeManager = {
    asked,
    kept,
    keepsAll: false,
    copiesNothing: false,
    failNext(next) {
      failure = next
    },
    async list() {
      ask('list')
      return [...kept.values()].map(({ target, user, comment }) => ({ target, user, comment }))
    },
    async read(targets) {
      for (const target of targets) ask(`read ${target}`)
      return targets.map((target) => kept.get(target.toUpperCase()))
    },
    async write(item) {
      ask(`write ${item.target}`)
      if (item.user.length > 513) throw new Failure('unsupported', 'the Credential Manager does not accept this name')
      kept.set(item.target.toUpperCase(), item)
    },
    async copy(item, target) {
      ask(`copy ${item.target} to ${target}`)
      if (fake.copiesNothing) throw new Failure('refused', 'the Credential Manager did not keep the item')
      kept.set(target.toUpperCase(), { ...item, target })
    },
    async erase(target) {
      ask(`erase ${target}`)
      return fake.keepsAll ? kept.has(target.toUpperCase()) : kept.delete(target.toUpperCase())
    },
  }
  return fake
}
