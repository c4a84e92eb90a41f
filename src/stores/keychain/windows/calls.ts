import { Failure } from '../../../core/failure.ts'
import { hint } from '../../../core/hint.ts'
import type { Calls } from '../calls.ts'
import type { CredentialManager, Kept } from './credential-manager.ts'
import { gitItemsAt } from './git-items.ts'
import { isOwnService, isSameTarget, ownTarget, pythonTarget } from './targets.ts'

const comments = { ours: 'Stored by credbridge', python: 'Stored using python-keyring' }

/**
 * The keychain's verbs on the Credential Manager. An item of ours has one target. An item of Python's keyring has two,
 * and is read and written as Python does, so that both see the same.
 */
export function windowsCalls(manager: CredentialManager): Calls {
  /** Python's item, and the credential that is in the way of it: another account's at the service's own target. */
  async function pythons(service: string, account: string): Promise<{ found?: Kept; inTheWay?: Kept }> {
    const [plain, compound] = await manager.read([service, pythonTarget(service, account)])
    if (plain?.user === account) return { found: plain }
    return {
      ...(compound?.user === account ? { found: compound } : {}),
      ...(plain === undefined ? {} : { inTheWay: plain }),
    }
  }

  /** Copies the credential to where Python looks second. Another user's there: `refused`. */
  async function keepAside(service: string, kept: Kept): Promise<void> {
    const target = pythonTarget(service, kept.user)
    const [there] = await manager.read([target])
    if (there !== undefined && there.user !== kept.user) throw occupied(target)
    await manager.copy(kept, target)
  }

  async function found(service: string, account: string): Promise<Kept | undefined> {
    if (!isOwnService(service)) return (await pythons(service, account)).found
    const [kept] = await manager.read([ownTarget(service, account)])
    return kept
  }

  return {
    async search(service) {
      const described = await manager.list()
      const targets = described
        .filter(
          ({ target, user }) => isSameTarget(target, service) || isSameTarget(target, pythonTarget(service, user)),
        )
        .map(({ target }) => target)
      const all = (await manager.read(targets)).filter((kept) => kept !== undefined)
      // Python finds the service's own target first.
      const first = all.filter(({ target }) => isSameTarget(target, service))
      const accounts = new Map([...all, ...first].map((kept) => [kept.user, kept]))
      return [...accounts.values()].map((kept) => ({ account: kept.user, value: textIn(kept, 'python') }))
    },

    async read(service, account) {
      const kept = await found(service, account)
      return kept && textIn(kept, isOwnService(service) ? 'ours' : 'python')
    },

    async write(service, account, value) {
      const secret = Buffer.from(value, 'utf16le')
      if (isOwnService(service)) {
        await manager.write({ target: ownTarget(service, account), user: account, comment: comments.ours, secret })
        return
      }
      const { inTheWay } = await pythons(service, account)
      // It is there before the next call writes over it.
      if (inTheWay !== undefined) await keepAside(service, inTheWay)
      await manager.write({ target: service, user: account, comment: comments.python, secret })
    },

    async erase(service, account) {
      if (isOwnService(service)) return manager.erase(ownTarget(service, account))
      const targets = [service, pythonTarget(service, account)]
      const kept = await manager.read(targets)
      let erased = false
      for (const [at, target] of targets.entries()) {
        if (kept[at]?.user === account) erased = (await manager.erase(target)) || erased
      }
      return erased
    },

    borrowed: async (endpoint, account) =>
      endpoint.form === 'service' ? [] : gitItemsAt(manager, await manager.list(), endpoint, account),
  }
}

function occupied(target: string): Failure {
  const message = `the Credential Manager has another user's credential where one must be kept: ${target}`
  return new Failure('refused', message, {
    hints: [hint`remove one of the two: control /name Microsoft.CredentialManager`],
  })
}

/** Python takes a secret that is no UTF-16 for UTF-8, as earlier versions wrote it. */
function textIn({ secret }: Kept, whose: 'ours' | 'python'): string {
  const text = secret.toString('utf16le')
  if (secret.length % 2 === 0 && text.isWellFormed()) return text
  if (whose === 'python') return secret.toString('utf8')
  throw new Failure('malformed', 'the item in the keychain is not text')
}
