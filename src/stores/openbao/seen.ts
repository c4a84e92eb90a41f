import { join } from 'node:path'
import { objectIn } from '../../core/record.ts'
import type { ClientMachine } from '../../system/machine.ts'
import { readOwnFile } from '../../system/own-file.ts'

/** What this machine has written last, as the cluster counts its writes. */
export interface Seen {
  /** The headers by which a node that lags behind asks the leader, so that nobody misses a write of this machine. */
  headers(): Readonly<Record<string, string>>
  /** Keeps what an answer says about a write. */
  hear(index: string | undefined): Promise<void>
}

/** https://openbao.org/docs/concepts/consistency: nodes answer reads from what has reached them. */
export function seenAt(address: string, machine: ClientMachine): Seen {
  const file = join(machine.folders.state, 'openbao-index')
  let index: string | undefined
  let isRead = false

  function last(): string | undefined {
    if (isRead) return index
    isRead = true
    const kept = objectIn(readOwnFile(file, machine.userId)?.toString('utf8') ?? '')?.[address]
    if (typeof kept === 'string' && isIndex(kept)) index = kept
    return index
  }

  return {
    headers() {
      const known = last()
      return known === undefined ? {} : { 'x-vault-index': known, 'x-vault-inconsistent': 'forward-active-node' }
    },
    async hear(heard) {
      if (heard === undefined || heard === index || !isIndex(heard)) return
      isRead = true
      index = heard
      const [{ replaceFile }, { makeOwnFolder }] = await Promise.all([
        import('../../system/atomic-write.ts'),
        import('../../system/own-folder.ts'),
      ])
      makeOwnFolder(machine.folders.state, machine.userId)
      replaceFile(file, `${JSON.stringify({ [address]: heard })}\n`, { durable: false })
    },
  }
}

/** It stands in a header. */
function isIndex(text: string): boolean {
  return /^[\x21-\x7e]{1,4096}$/.test(text)
}
