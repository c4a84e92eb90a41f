import { type Failure, isFailure } from '../../../core/failure.ts'
import { printable } from '../../../core/failure-text.ts'
import { safeJson } from '../../../core/safe-json.ts'
import type { StoreCommandContext } from '../../store-type.ts'
import { vaultOptions } from '../machine-options.ts'
import type { Status } from '../manage.ts'
import type { Opener } from '../way.ts'

/** The exit code if there is no vault. */
export const nothingThere = 1

/** Prints the state of the vault, for a person or as JSON. Never asks for a passphrase. */
export async function status(
  { terminal, machine, settings, inUse }: StoreCommandContext,
  options: { json?: boolean },
): Promise<number> {
  const { vaultStatus } = await import('../manage.ts')
  const status = await vaultStatus(vaultOptions(settings, machine))
  const used = inUse.includes('vault')
  if (options.json === true) {
    terminal.out(`${safeJson(status === undefined ? { exists: false } : asData(status, used), 2)}\n`)
    return status === undefined ? nothingThere : 0
  }
  if (status === undefined) {
    terminal.say('there is no vault yet; the first save into it makes one with a key file\n')
    terminal.say('to make one that needs a passphrase: credbridge vault add-slot passphrase\n')
    return nothingThere
  }
  terminal.out(asText(status))
  if (!used && inUse.length > 0) terminal.say(notUsed(inUse))
  return 0
}

/** The note that secrets are not saved to the vault. */
export function notUsed(names: readonly string[]): string {
  return `note: the store in use is ${names.join(', then ')}; to keep secrets in the vault: credbridge use vault\n`
}

/** The protection that the slots give, in one sentence. With a key file slot the other slots add none. */
export function protection(slots: readonly { readonly type: string; readonly about: string }[]): string {
  const keyFile = slots.find(({ type }) => type === 'key-file')
  if (keyFile !== undefined) {
    return `obfuscated, not secret: anyone who copies the vault and ${keyFile.about} can read everything`
  }
  return `encrypted: a copy of the disk cannot be read without ${slots.map(({ about }) => about).join(', or ')}`
}

function asData(status: Status, used: boolean): Readonly<Record<string, unknown>> {
  const { opens, ...rest } = status
  return {
    exists: true,
    inUse: used,
    ...rest,
    ...(isFailure(opens) ? { locked: true, because: opens.message } : { locked: false, openedBy: opens }),
    obfuscated: status.slots.some(({ type }) => type === 'key-file'),
  }
}

function asText({ folder, id, endpoints, slots, opens, rekeying }: Status): string {
  const lines = [
    ['folder', folder],
    ['id', id],
    ['holds', `records for ${endpoints} ${endpoints === 1 ? 'endpoint' : 'endpoints'}`],
    ...slots.map((slot) => ['slot', `${slot.id}  ${slot.type}: ${slot.about}`]),
    ['now', isFailure(opens) ? shownFailure(opens) : `open, by ${shownOpener(opens)}`],
    ['protects', protection(slots)],
    ...(rekeying ? [['rekey', 'in progress, or interrupted; the next save repairs an interrupted one']] : []),
  ]
  const fixes = slots.some(({ type }) => type === 'key-file') ? stronger(slots) : []
  return [...lines, ...fixes.map((fix) => ['', fix])]
    .map(([name = '', text = '']) => `${name.padEnd(9)}${printable(text)}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('')
}

function stronger(slots: readonly { readonly type: string }[]): string[] {
  const first = slots.length > 1 ? [] : ['credbridge vault add-slot passphrase']
  return [
    `to make it secret: ${[...first, 'credbridge vault remove-slot key-file', 'credbridge vault rekey'].join(' && ')}`,
  ]
}

function shownFailure({ code, message, hints }: Failure): string {
  const why = message.replace(/^the vault is locked(: )?/, '')
  const what = why === '' ? code : `${code}: ${why}`
  return hints[0] === undefined ? what : `${what} (${hints[0]})`
}

/** What opened the vault, in a few words for a person. */
export function shownOpener(opener: Opener): string {
  return {
    'key-file': 'its key file',
    provided: 'the key from the environment',
    'kernel-keyring': "credbridge unlock (the key is in the kernel's keyring)",
    'ssh-agent': 'the SSH agent',
    passphrase: 'the passphrase',
  }[opener]
}
