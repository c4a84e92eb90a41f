import { Failure } from '../../../core/failure.ts'
import type { Secret } from '../../../core/secret.ts'
import type { VaultOptions } from '../options.ts'
import { ensureKeyFile } from './key-file.ts'
import { newCost, secretOfPassphrase } from './passphrase.ts'
import { newSlotId, type Slot, sealSlot } from './slot.ts'
import { chooseAgentKey, newChallenge, provenSecretOfAgent } from './ssh-agent.ts'

/** Seals a vault's key in a new slot of the vault with this id. */
export type SlotMaker = (vault: string, key: Buffer) => Slot | Promise<Slot>

/** A slot for the key file, which is made if it is not there. */
export function forKeyFile({ keyFile, uid }: VaultOptions): SlotMaker {
  return (vault, key) => sealSlot(vault, { type: 'key-file', id: newSlotId() }, ensureKeyFile(keyFile, uid), key)
}

/** A slot for a passphrase. */
export function forPassphrase(passphrase: Secret, id = newSlotId()): SlotMaker {
  return (vault, key) => {
    const slot = { type: 'passphrase', id, scrypt: newCost() } as const
    return sealSlot(vault, slot, secretOfPassphrase(passphrase, slot.scrypt), key)
  }
}

/** A slot for a key in the user's SSH agent: the one with this fingerprint or comment, or the only one. */
export function forAgent({ agent }: VaultOptions, named?: string): SlotMaker {
  return async (vault, key) => {
    if (agent === undefined) {
      throw new Failure('unavailable', 'there is no SSH agent here', { hints: ['eval $(ssh-agent)', 'ssh-add'] })
    }
    const publicKey = await chooseAgentKey(agent, named)
    const slot = { type: 'ssh-agent', id: newSlotId(), publicKey, challenge: newChallenge() } as const
    return sealSlot(vault, slot, await provenSecretOfAgent(agent, vault, slot), key)
  }
}
