import { Failure } from '../../../core/failure.ts'
import { hint } from '../../../core/hint.ts'
import type { Secret } from '../../../core/secret.ts'
import type { StoreCommandContext } from '../../store-type.ts'
import { vaultOptions } from '../machine-options.ts'
import type { VaultOptions } from '../options.ts'
import type { SlotMaker } from '../slots/slot.ts'
import { type Passphrases, passphrasesFrom } from './passphrases.ts'
import { notUsed, protection } from './status.ts'

export const slotTypes = ['key-file', 'passphrase', 'ssh-agent'] as const
type SlotType = (typeof slotTypes)[number]

/** The input of every command about slots. `options.ask` reads the passphrase from the same source as `passphrases`. */
interface Bench {
  readonly options: VaultOptions
  readonly passphrases: Passphrases
  /** The passphrase that was typed to open the vault; `undefined` if none was needed. */
  typed(): Secret | undefined
}

async function benchOf(context: StoreCommandContext): Promise<Bench> {
  const { machine, settings } = context
  const passphrases = passphrasesFrom(context)
  let typed: Secret | undefined
  const ask = async (wrong: number) => {
    typed = await passphrases.current('the vault', wrong)
    return typed
  }
  return { options: { ...vaultOptions(settings, machine), ask }, passphrases, typed: () => typed }
}

export async function addSlot(
  context: StoreCommandContext,
  type: SlotType,
  { key }: { key?: string },
): Promise<number> {
  if (key !== undefined && type !== 'ssh-agent')
    throw new Failure('malformed', '--key is only for slots of type ssh-agent')
  const { options, passphrases } = await benchOf(context)
  const { addSlot: add, vaultStatus } = await manage()
  const before = await vaultStatus(options)
  await add(options, await makerOf(type, options, passphrases, key))
  const slots = (await vaultStatus(options))?.slots ?? []
  const { terminal } = context
  terminal.say(
    before === undefined ? `made a vault: ${protection(slots)}\n` : `${slots.at(-1)?.about} opens the vault, too\n`,
  )
  if (type !== 'key-file' && slots.some((slot) => slot.type === 'key-file')) {
    terminal.say('note: the key file alone still opens it; to stop that: credbridge vault remove-slot key-file\n')
  }
  const { inUse } = context
  if (!inUse.includes('vault')) terminal.say(inUse.length === 0 ? toUse : notUsed(inUse))
  return 0
}

const toUse = 'to keep secrets in it from now on: credbridge use vault\n'

export async function removeSlot(context: StoreCommandContext, named: string): Promise<number> {
  const { options } = await benchOf(context)
  const slot = await (await manage()).removeSlot(options, named)
  context.terminal.say(`removed the slot ${slot.id} (${slot.type}); older copies of the vault still open with it\n`)
  context.terminal.say('to give the vault a new key as well: credbridge vault rekey\n')
  if (slot.type === 'key-file') context.terminal.say(hint`to remove the file: rm ${options.keyFile}\n`)
  return 0
}

export async function changePassphrase(context: StoreCommandContext, named?: string): Promise<number> {
  const { options, passphrases } = await benchOf(context)
  const { changePassphrase: change } = await manage()
  await change(options, passphrases.fresh, named)
  context.terminal.say('the passphrase was changed; older copies of the vault still open with the old one\n')
  return 0
}

export async function rekey(
  context: StoreCommandContext,
  { without = [] }: { without?: readonly string[] },
): Promise<number> {
  const { options, passphrases, typed } = await benchOf(context)
  const { vaultStatus } = await manage()
  const slots = (await vaultStatus(options))?.slots ?? []
  const single = slots.filter(({ type, id }) => type === 'passphrase' && !without.includes(id)).length === 1
  const ask = async (about: string, wrong: number) =>
    (single && wrong === 0 ? typed() : undefined) ?? (await passphrases.current(about, wrong))
  const { watch, end } = context.interruption()
  try {
    await (await import('../rekey.ts')).rekey(options, { without, ask, interruption: watch })
  } finally {
    end()
  }
  context.terminal.say('the vault has a new key; older copies still open with the old one\n')
  context.terminal.say(
    `note: the old records stay in ${options.folder} for a day, and still open with the old key (docs/vault.md)\n`,
  )
  return 0
}

async function makerOf(
  type: SlotType,
  options: VaultOptions,
  passphrases: Passphrases,
  key: string | undefined,
): Promise<SlotMaker> {
  if (type === 'key-file') return (await import('../slots/key-file-writing.ts')).forKeyFile(options)
  const { forAgent, forPassphrase } = await import('../slots/make.ts')
  if (type === 'ssh-agent') return forAgent(options, key)
  // Asks for the new passphrase only after the vault is open.
  return async (vault, bytes) => forPassphrase(await passphrases.fresh())(vault, bytes)
}

function manage() {
  return import('../manage.ts')
}
