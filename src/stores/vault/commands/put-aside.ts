import { Failure, isFailure } from '../../../core/failure.ts'
import { hint } from '../../../core/hint.ts'
import type { StoreCommandContext } from '../../store-type.ts'
import { vaultOptions } from '../machine-options.ts'
import type { Status } from '../manage.ts'
import { nothingThere, shownOpener } from './status.ts'

/**
 * Puts a vault that nothing opens aside, after one question, so that the next save begins a new one. A vault that opens
 * without a person is refused, because its secrets can still be moved.
 */
export async function putVaultAside(context: StoreCommandContext, { yes }: { yes?: boolean }): Promise<number> {
  const { terminal, machine, settings, inUse } = context
  const options = vaultOptions(settings, machine)
  const { isThere, placeAside, putAside } = await import('../put-aside.ts')
  if (!isThere(options)) {
    terminal.say('there is no vault to put aside\n')
    return nothingThere
  }
  const { vaultStatus } = await import('../manage.ts')
  const status = await vaultStatus(options).catch(unlessDamaged)
  if (status !== undefined && !isFailure(status.opens)) throw opens(status.opens)
  const to = placeAside(options)
  terminal.say(`the vault in ${options.folder} ${holding(status)}\n`)
  terminal.say('put aside, they stay encrypted as they are, and no tool finds them\n')
  const question = 'Put it aside, so that the next save begins a new vault?'
  if (yes !== true && !(await terminal.confirm(question, hint`credbridge vault put-aside --yes`))) {
    terminal.say('nothing was changed\n')
    return nothingThere
  }
  if (!putAside(options, to)) throw new Failure('unavailable', `${options.folder} was removed meanwhile`)
  terminal.say(`the vault is now in ${to}\n`)
  terminal.say(hint`to bring it back, before a new one is made: mv ${[to, options.folder]}\n`)
  if (!inUse.includes('vault')) return 0
  terminal.say('to begin a new one with a passphrase: credbridge vault add-slot passphrase\n')
  return 0
}

function holding(status: Status | undefined): string {
  if (status === undefined) return 'has secrets, but its header cannot be read'
  return `has records for ${status.endpoints} ${status.endpoints === 1 ? 'endpoint' : 'endpoints'}`
}

/** A header that is damaged or missing is a reason to put the vault aside. */
function unlessDamaged(error: unknown): undefined {
  if (isFailure(error) && error.code === 'malformed') return undefined
  throw error
}

function opens(by: Parameters<typeof shownOpener>[0]): Failure {
  return new Failure('refused', `the vault opens by ${shownOpener(by)}, so its secrets are not lost`, {
    hints: [
      hint`to move them to another store: credbridge move --all --from vault --to <store>`,
      hint`to give the vault a new key: credbridge vault rekey`,
    ],
  })
}
