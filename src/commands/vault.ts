import { Argument, type Command } from 'commander'
import type { Desk } from '../edge/terminal/cli-context.ts'
import { addSlot, changePassphrase, rekey, removeSlot, slotTypes } from './vault-slots.ts'
import { status } from './vault-status.ts'

export function vaultCommand(program: Command, desk: Desk): void {
  const vault = program
    .command('vault')
    .description('the encrypted folder for machines without a keychain, and what opens it')
  vault
    .command('status')
    .description('show where it is, what opens it and what that protects against')
    .option('--json', 'as JSON')
    .action(async (options) => desk.ends(await status(desk, options)))
  vault
    .command('add-slot')
    .description('add a way to open it; where there is no vault, make one that opens in this way only')
    .addArgument(new Argument('<type>').choices(slotTypes))
    .option('--key <key>', "for ssh-agent: the key's fingerprint or comment, where the agent holds several")
    .action(async (type, options) => desk.ends(await addSlot(desk, type, options)))
  vault
    .command('remove-slot <slot>')
    .description('remove a way to open it, by id, or by type where there is one of that type')
    .action(async (slot) => desk.ends(await removeSlot(desk, slot)))
  vault
    .command('change-passphrase [slot]')
    .description('replace the passphrase; what was stored stays as it is')
    .action(async (slot) => desk.ends(await changePassphrase(desk, slot)))
  vault
    .command('rekey')
    .description('write everything anew under a new key: who knew the old one can open old copies only')
    .option('--without <slot...>', 'slots to leave behind, by id, because what opens them is not at hand')
    .action(async (options) => desk.ends(await rekey(desk, options)))
}
