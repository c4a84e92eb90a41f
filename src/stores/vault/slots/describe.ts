import type { VaultOptions } from '../options.ts'
import { isKeyFileSlot } from './key-file.ts'
import { isPassphraseSlot } from './passphrase.ts'
import type { Slot } from './slot.ts'
import { fingerprint, isAgentSlot } from './ssh-agent.ts'

/** The key that opens this slot, in a few words for a person. */
export function describeSlot(slot: Slot, { keyFile }: VaultOptions): string {
  if (isKeyFileSlot(slot)) return `the key file ${keyFile}`
  if (isPassphraseSlot(slot)) return `a passphrase (scrypt, N=${slot.scrypt.N})`
  if (isAgentSlot(slot)) return `an SSH agent that holds ${fingerprint(slot.publicKey)}`
  return 'a kind of key that only a later version of credbridge knows'
}
