import type { StoreCommand } from '../../store-type.ts'
import { keyVariable } from '../provided-key.ts'
import { addSlot, changePassphrase, rekey, removeSlot, slotTypes } from './key-slots.ts'
import { putVaultAside } from './put-aside.ts'
import { status } from './status.ts'
import { lock, unlock } from './unlock.ts'

/** The commands for the vault. */
export const vaultCommands: readonly StoreCommand[] = [
  {
    path: ['vault', 'status'],
    description: 'show where the vault is, what opens it and what that protects against',
    options: [{ flags: '--json', description: 'as JSON' }],
    examples: ['credbridge vault status'],
    run: (context, _, options) => status(context, options),
  },
  {
    path: ['vault', 'add-slot'],
    description: 'add a key slot, a way to open the vault; if there is no vault, make one with this slot only',
    argument: { name: '<type>', choices: slotTypes },
    examples: ['credbridge vault add-slot passphrase', 'credbridge vault add-slot ssh-agent'],
    options: [
      {
        flags: '--key <key>',
        description: "for ssh-agent: the key's fingerprint or comment, if the agent holds several keys",
      },
    ],
    run: (context, type, options) => addSlot(context, type as (typeof slotTypes)[number], options),
  },
  {
    path: ['vault', 'remove-slot'],
    description: 'remove a key slot, by its id, or by its type if there is only one of that type',
    argument: { name: '<slot>' },
    examples: ['credbridge vault remove-slot key-file'],
    run: (context, slot) => removeSlot(context, slot as string),
  },
  {
    path: ['vault', 'change-passphrase'],
    description: 'replace the passphrase; the stored secrets are not encrypted again',
    argument: { name: '[slot]' },
    examples: ['credbridge vault change-passphrase'],
    run: (context, slot) => changePassphrase(context, slot as string | undefined),
  },
  {
    path: ['vault', 'rekey'],
    description: 'encrypt all secrets with a new key; the old key then opens only old copies of the vault',
    examples: ['credbridge vault rekey'],
    options: [
      {
        flags: '--without <slot...>',
        description: 'ids of slots to drop, because their passphrase or SSH key is not available',
      },
    ],
    run: (context, _, options) => rekey(context, options),
  },
  {
    path: ['vault', 'put-aside'],
    description: 'rename the folder of a vault that nothing opens any more, so that the next save begins a new one',
    examples: ['credbridge vault put-aside'],
    options: [{ flags: '-y, --yes', description: 'do not ask' }],
    run: (context, _, options) => putVaultAside(context, options),
  },
  {
    path: ['unlock'],
    description: 'open the vault for a while, for all your processes, or only for a command and its child processes',
    argument: { name: '[command...]' },
    examples: ['credbridge unlock', 'credbridge unlock --for 30m', 'credbridge unlock -- bash'],
    options: [
      { flags: '--for <time>', description: 'how long, as 30m, 8h or 2d', usual: '8h' },
      { flags: '--print', description: `print the key, for the variable ${keyVariable}; only as a last resort` },
    ],
    passThroughOptions: true,
    run: (context, words, options) => unlock(context, words as string[], options as { for: string; print?: boolean }),
  },
  {
    path: ['lock'],
    description: 'close the vault; every key from an earlier unlock stops working',
    examples: ['credbridge lock'],
    run: (context) => lock(context),
  },
]
