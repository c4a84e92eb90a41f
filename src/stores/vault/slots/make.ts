import { Failure } from '../../../core/failure.ts'
import { hint } from '../../../core/hint.ts'
import type { Secret } from '../../../core/secret.ts'
import type { VaultOptions } from '../options.ts'
import { newCost, secretOfPassphrase } from './passphrase.ts'
import { newSlotId, type SlotMaker, sealSlot } from './slot.ts'
import { agentOf, chooseAgentKey, newChallenge, provenSecretOfAgent } from './ssh-agent.ts'

/** A slot for a passphrase. */
export function forPassphrase(passphrase: Secret, id = newSlotId()): SlotMaker {
  return (vault, key) => {
    const slot = { type: 'passphrase', id, scrypt: newCost() } as const
    return sealSlot(vault, slot, secretOfPassphrase(passphrase, slot.scrypt), key)
  }
}

/** A slot for a key in the user's SSH agent: the one with this fingerprint or comment, or the only one. */
export function forAgent(options: VaultOptions, named?: string): SlotMaker {
  return async (vault, key) => {
    const agent = agentOf(options)
    if (agent === undefined) {
      throw new Failure('unavailable', 'there is no SSH agent here', {
        hints: [hint`eval $(ssh-agent)`, hint`ssh-add`],
      })
    }
    const publicKey = await chooseAgentKey(agent, named)
    const slot = { type: 'ssh-agent', id: newSlotId(), publicKey, challenge: newChallenge() } as const
    return sealSlot(vault, slot, await provenSecretOfAgent(agent, vault, slot), key)
  }
}
