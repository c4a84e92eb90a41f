import { Failure, isFailure } from '../../../core/failure.ts'
import { hint } from '../../../core/hint.ts'
import { vaultKeyDescriptor } from '../../../core/program.ts'
import { timeInWords, typedSpan } from '../../../core/time-words.ts'
import type { StoreCommandContext } from '../../store-type.ts'
import { vaultOptions } from '../machine-options.ts'
import type { VaultOptions } from '../options.ts'
import { keyVariable } from '../provided-key.ts'
import { passphrasesFrom } from './passphrases.ts'
import { nothingThere, shownOpener } from './status.ts'

interface UnlockOptions {
  readonly for: string
  readonly print?: boolean
}

/**
 * Opens the vault for a while: for all of the user's processes, for one program, or for the holder of the printed key.
 */
export async function unlock(
  context: StoreCommandContext,
  words: readonly string[],
  { for: time, print }: UnlockOptions,
): Promise<number> {
  const { terminal } = context
  const milliseconds = durationOf(time)
  if (print === true && words.length > 0) throw new Failure('malformed', 'use either --print or a command, not both')
  if (print === true && terminal.outIsTerminal) {
    throw new Failure('refused', 'refusing to show the key on the terminal', {
      hints: [hint`export ${keyVariable}="$(credbridge unlock --print)"`],
    })
  }
  const options = await optionsAt(context)
  if (print !== true && words.length === 0) return unlockHere(context, options, milliseconds)
  const { unlockedText } = await import('../unlock.ts')
  const { text, until } = await unlockedText(options, milliseconds)
  if (words.length > 0) {
    return context.runWithSecretFile(words, text, vaultKeyDescriptor)
  }
  terminal.out(`${text.expose()}\n`)
  terminal.say(`anyone who has this key can open the vault until ${timeInWords(until, Date.now())}\n`)
  terminal.say('note: all your processes and root can read an environment variable (/proc/<pid>/environ)\n')
  terminal.say('note: crash reports, docker inspect and CI logs may record it, too\n')
  return 0
}

async function unlockHere(
  { terminal }: StoreCommandContext,
  options: VaultOptions,
  milliseconds: number,
): Promise<number> {
  const { unlockVault } = await import('../unlock.ts')
  const { by, until } = await unlockVault(options, milliseconds)
  if (until === undefined) {
    terminal.say('nothing needs to be unlocked: the key file opens the vault (credbridge vault status)\n')
    return 0
  }
  const opened = `${shownOpener(by)} opened the vault until ${timeInWords(until, Date.now())}`
  terminal.say(`${opened}, for all your processes, also after you log out\n`)
  if (milliseconds > keptUnused) terminal.say('note: the kernel forgets the key if it is not used for three days\n')
  terminal.say('to close it: credbridge lock\n')
  return 0
}

/** persistent-keyring(7) */
const keptUnused = 3 * 24 * 3_600_000

/** Closes the vault for all processes. */
export async function lock(context: StoreCommandContext): Promise<number> {
  const { terminal } = context
  const options = await optionsAt(context)
  const { lockVault } = await import('../unlock.ts')
  const locking = await lockVault(options)
  if (locking === undefined) {
    terminal.say('there is no vault to lock\n')
    return nothingThere
  }
  if (locking.unreached !== undefined) terminal.say(`note: ${locking.unreached.message}\n`)
  const { vaultStatus } = await import('../manage.ts')
  const opens = (await vaultStatus(options))?.opens
  const still = opens === undefined || isFailure(opens) ? undefined : shownOpener(opens)
  terminal.say(still === undefined ? 'the vault is locked\n' : `no key is kept, but ${still} still opens the vault\n`)
  return 0
}

async function optionsAt(context: StoreCommandContext): Promise<VaultOptions> {
  const { machine, settings } = context
  const passphrases = passphrasesFrom(context)
  return { ...vaultOptions(settings, machine), ask: (wrong) => passphrases.current('the vault', wrong) }
}

const longest = 30

/** Milliseconds from a text such as `8h`. */
function durationOf(text: string): number {
  const milliseconds = typedSpan(text) ?? 0
  if (milliseconds > 0 && milliseconds <= longest * 24 * 3_600_000) return milliseconds
  throw new Failure('malformed', `--for takes a time such as 30m, 8h or 2d, at most ${longest}d`)
}
