import { Failure } from '../../../core/failure.ts'
import { hint } from '../../../core/hint.ts'
import type { Secret } from '../../../core/secret.ts'
import type { VaultOptions } from '../options.ts'
import { askUntil } from '../passphrase-question.ts'
import { describeSlot } from './describe.ts'
import { isKeyFileSlot } from './key-file.ts'
import { isPassphraseSlot, newCost, type PassphraseSlot, secretOfPassphrase } from './passphrase.ts'
import { openSlot, type Slot, sealSlot } from './slot.ts'
import { type AgentSlot, agentOf, isAgentSlot, newChallenge, provenSecretOfAgent } from './ssh-agent.ts'

/** The input for encrypting the new key in a slot. */
export interface Renewal {
  readonly options: VaultOptions
  /** The vault's id. */
  readonly vault: string
  /** The vault's old key and its new one. */
  readonly from: Buffer
  readonly to: Buffer
  /** The new secret of the key file. */
  readonly fileSecret: Buffer
  /** Asks for the passphrase of a slot, as `Ask` of options.ts; `about` describes the slot. */
  readonly ask: (about: string, wrong: number) => Promise<Secret | undefined>
}

/** The slot with the new key of the vault. `locked` if the slot's own secret is not available. */
export async function renewSlot(slot: Slot, renewal: Renewal): Promise<Slot> {
  if (isKeyFileSlot(slot)) return sealSlot(renewal.vault, about(slot), renewal.fileSecret, renewal.to)
  if (isPassphraseSlot(slot)) return renewPassphrase(slot, renewal)
  if (isAgentSlot(slot)) return renewAgent(slot, renewal)
  throw notAtHand(slot, renewal)
}

async function renewPassphrase(slot: PassphraseSlot, renewal: Renewal): Promise<Slot> {
  const ask = (wrong: number) => renewal.ask(describeSlot(slot, renewal.options), wrong)
  const passphrase = await askUntil(ask, async (typed) => {
    const opened = openSlot(renewal.vault, slot, secretOfPassphrase(typed, slot.scrypt))
    return opened?.equals(renewal.from) === true ? typed : undefined
  })
  if (passphrase === undefined) throw notAtHand(slot, renewal)
  const fresh = { ...about(slot), scrypt: newCost() }
  return sealSlot(renewal.vault, fresh, secretOfPassphrase(passphrase, fresh.scrypt), renewal.to)
}

async function renewAgent(slot: AgentSlot, renewal: Renewal): Promise<Slot> {
  const agent = agentOf(renewal.options)
  if (agent === undefined) throw notAtHand(slot, renewal)
  const fresh = { ...about(slot), challenge: newChallenge() }
  return sealSlot(renewal.vault, fresh, await provenSecretOfAgent(agent, renewal.vault, fresh), renewal.to)
}

function about<T extends Slot>({ key: _, ...rest }: T): Omit<T, 'key'> {
  return rest
}

function notAtHand(slot: Slot, { options }: Renewal): Failure {
  return new Failure('locked', `the slot ${slot.id} cannot be opened here: it needs ${describeSlot(slot, options)}`, {
    hints: [hint`to drop this slot: credbridge vault rekey --without ${slot.id}`],
  })
}
