import { Failure } from '../core/failure.ts'
import type { Secret } from '../core/secret.ts'
import type { Desk } from '../edge/terminal/cli-context.ts'
import { inUse } from '../stores/choose.ts'
import { vaultOptions } from '../stores/vault/machine-options.ts'
import type { VaultOptions } from '../stores/vault/options.ts'
import type { SlotMaker } from '../stores/vault/slots/slot.ts'
import { type Passphrases, passphrasesFrom } from './passphrases.ts'
import { notUsed, protection } from './vault-status.ts'

export const slotTypes = ['key-file', 'passphrase', 'ssh-agent'] as const
type SlotType = (typeof slotTypes)[number]

/** What every command about slots works with. The vault is asked for its passphrase as this command asks for one. */
interface Bench {
  readonly options: VaultOptions
  readonly passphrases: Passphrases
  /** What was typed to open the vault, if it was asked for. */
  typed(): Secret | undefined
}

async function benchOf({ terminal, prepared }: Desk): Promise<Bench> {
  const { settings, surroundings } = await prepared()
  const passphrases = passphrasesFrom(terminal)
  let typed: Secret | undefined
  const ask = async () => {
    typed = await passphrases.current('the vault')
    return typed
  }
  return { options: { ...vaultOptions(settings, surroundings), ask }, passphrases, typed: () => typed }
}

export async function addSlot(desk: Desk, type: SlotType, { key }: { key?: string }): Promise<number> {
  if (key !== undefined && type !== 'ssh-agent')
    throw new Failure('malformed', 'only a slot of type ssh-agent has a key')
  const { options, passphrases } = await benchOf(desk)
  const { addSlot: add, vaultStatus } = await manage()
  const before = await vaultStatus(options)
  await add(options, await makerOf(type, options, passphrases, key))
  const slots = (await vaultStatus(options))?.slots ?? []
  const { terminal } = desk
  terminal.say(
    before === undefined ? `made a vault: ${protection(slots)}\n` : `${slots.at(-1)?.about} opens the vault, too\n`,
  )
  if (type !== 'key-file' && slots.some((slot) => slot.type === 'key-file')) {
    terminal.say('note: the key file still opens it without that; to end it: credbridge vault remove-slot key-file\n')
  }
  const { settings, surroundings } = await desk.prepared()
  const { names } = inUse(settings, surroundings)
  if (!names.includes('vault')) terminal.say(names.length === 0 ? toUse : notUsed(names))
  return 0
}

const toUse = 'to keep secrets in it from now on: credbridge use vault\n'

export async function removeSlot(desk: Desk, named: string): Promise<number> {
  const { options } = await benchOf(desk)
  const slot = await (await manage()).removeSlot(options, named)
  desk.terminal.say(`the slot ${slot.id} (${slot.type}) is gone; copies of the vault from before still open by it\n`)
  desk.terminal.say('to give the vault a new key as well: credbridge vault rekey\n')
  if (slot.type === 'key-file') desk.terminal.say(`to remove the file: rm ${options.keyFile}\n`)
  return 0
}

export async function changePassphrase(desk: Desk, named?: string): Promise<number> {
  const { options, passphrases } = await benchOf(desk)
  const { changePassphrase: change } = await manage()
  await change(options, passphrases.fresh, named)
  desk.terminal.say('the passphrase was changed; copies of the vault from before still open with the old one\n')
  return 0
}

export async function rekey(desk: Desk, { without = [] }: { without?: readonly string[] }): Promise<number> {
  const { options, passphrases, typed } = await benchOf(desk)
  const { vaultStatus } = await manage()
  const slots = (await vaultStatus(options))?.slots ?? []
  const single = slots.filter(({ type, id }) => type === 'passphrase' && !without.includes(id)).length === 1
  const ask = async (about: string) => (single ? typed() : undefined) ?? (await passphrases.current(about))
  const { watch, end } = (await import('../edge/terminal/interruption.ts')).interruption()
  try {
    await (await import('../stores/vault/rekey.ts')).rekey(options, { without, ask, interruption: watch })
  } finally {
    end()
  }
  desk.terminal.say('the vault has a new key; copies from before open as before\n')
  desk.terminal.say(`note: for a day what was before stays in ${options.folder}, and opens as before (docs/vault.md)\n`)
  return 0
}

async function makerOf(
  type: SlotType,
  options: VaultOptions,
  passphrases: Passphrases,
  key: string | undefined,
): Promise<SlotMaker> {
  if (type === 'key-file') return (await import('../stores/vault/slots/key-file.ts')).forKeyFile(options)
  const { forAgent, forPassphrase } = await import('../stores/vault/slots/make.ts')
  if (type === 'ssh-agent') return forAgent(options, key)
  // Asked for only when the vault is open.
  return async (vault, bytes) => forPassphrase(await passphrases.fresh())(vault, bytes)
}

function manage() {
  return import('../stores/vault/manage.ts')
}
