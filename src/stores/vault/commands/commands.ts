import type { StoreCommand } from '../../store-type.ts'
import { keyVariable } from '../machine-options.ts'
import { addSlot, changePassphrase, rekey, removeSlot, slotTypes } from './key-slots.ts'
import { status } from './status.ts'
import { lock, unlock } from './unlock.ts'

/** What a person can do with the vault. */
export const vaultCommands: readonly StoreCommand[] = [
  {
    path: ['vault', 'status'],
    description: 'show where it is, what opens it and what that protects against',
    options: [{ flags: '--json', description: 'as JSON' }],
    run: (context, _, options) => status(context, options),
  },
  {
    path: ['vault', 'add-slot'],
    description: 'add a way to open it; where there is no vault, make one that opens in this way only',
    argument: { name: '<type>', choices: slotTypes },
    options: [
      {
        flags: '--key <key>',
        description: "for ssh-agent: the key's fingerprint or comment, where the agent holds several",
      },
    ],
    run: (context, type, options) => addSlot(context, type as (typeof slotTypes)[number], options),
  },
  {
    path: ['vault', 'remove-slot'],
    description: 'remove a way to open it, by id, or by type where there is one of that type',
    argument: { name: '<slot>' },
    run: (context, slot) => removeSlot(context, slot as string),
  },
  {
    path: ['vault', 'change-passphrase'],
    description: 'replace the passphrase; what was stored stays as it is',
    argument: { name: '[slot]' },
    run: (context, slot) => changePassphrase(context, slot as string | undefined),
  },
  {
    path: ['vault', 'rekey'],
    description: 'write everything anew under a new key: who knew the old one can open old copies only',
    options: [
      {
        flags: '--without <slot...>',
        description: 'slots to leave behind, by id, because what opens them is not at hand',
      },
    ],
    run: (context, _, options) => rekey(context, options),
  },
  {
    path: ['unlock'],
    description: 'open the vault once, for all of your processes, or with a command only for what that starts',
    argument: { name: '[command...]' },
    options: [
      { flags: '--for <time>', description: 'how long, as 30m, 8h or 2d', usual: '8h' },
      { flags: '--print', description: `print what opens it, for the variable ${keyVariable}: the last way out` },
    ],
    passThroughOptions: true,
    run: (context, words, options) => unlock(context, words as string[], options as { for: string; print?: boolean }),
  },
  {
    path: ['lock'],
    description: 'close the vault: what unlock has kept or handed on is forgotten everywhere',
    run: (context) => lock(context),
  },
]
