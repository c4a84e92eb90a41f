import type { Command } from 'commander'
import { Failure, isFailure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import type { Desk } from '../edge/terminal/cli-context.ts'
import { descriptorVariable, keyVariable, vaultOptions } from '../stores/vault/machine-options.ts'
import type { VaultOptions } from '../stores/vault/options.ts'
import { nothingThere } from './arguments.ts'
import { passphrasesFrom } from './passphrases.ts'
import { shownOpener } from './vault-status.ts'

export function unlockCommand(program: Command, desk: Desk): void {
  program
    .command('unlock [command...]')
    .description('open the vault once, for all of your processes, or with a command only for what that starts')
    .option('--for <time>', 'how long, as 30m, 8h or 2d', '8h')
    .option('--print', `print what opens it, for the variable ${keyVariable}: the last way out`)
    .passThroughOptions()
    .action(async (words: string[], options) => desk.ends(await unlock(desk, words, options)))
}

export function lockCommand(program: Command, desk: Desk): void {
  program
    .command('lock')
    .description('close the vault: what unlock has kept or handed on is forgotten everywhere')
    .action(async () => desk.ends(await lock(desk)))
}

interface Options {
  readonly for: string
  readonly print?: boolean
}

async function unlock(desk: Desk, words: readonly string[], { for: time, print }: Options): Promise<number> {
  const { terminal } = desk
  const milliseconds = durationOf(time)
  if (print === true && words.length > 0) throw new Failure('malformed', 'either --print or a command')
  if (print === true && terminal.outIsTerminal) {
    throw new Failure('refused', 'the key would be shown on the terminal', {
      hints: [hint`export ${keyVariable}="$(credbridge unlock --print)"`],
    })
  }
  const options = await optionsAt(desk)
  if (print !== true && words.length === 0) return unlockHere(desk, options, milliseconds)
  const { unlockedText } = await import('../stores/vault/unlock.ts')
  const { text, until } = await unlockedText(options, milliseconds)
  if (words.length > 0) {
    return (await import('../edge/launch/run-with-key.ts')).runHanding(words, text, descriptorVariable)
  }
  terminal.out(`${text.expose()}\n`)
  terminal.say(`this opens the vault until ${shown(until)}, for whoever has it\n`)
  terminal.say('note: a variable can be read by each of your processes and by root (/proc/<pid>/environ)\n')
  terminal.say('note: it may be recorded, too: by crash reports, docker inspect, the log of a CI job\n')
  return 0
}

async function unlockHere({ terminal }: Desk, options: VaultOptions, milliseconds: number): Promise<number> {
  const { unlockVault } = await import('../stores/vault/unlock.ts')
  const { by, until } = await unlockVault(options, milliseconds)
  if (until === undefined) {
    terminal.say('nothing needs to be unlocked: the key file opens the vault (credbridge vault status)\n')
    return 0
  }
  const opened = `${shownOpener(by)} opened the vault, until ${shown(until)}`
  terminal.say(`${opened}: for every process of yours, also after you log out\n`)
  if (milliseconds > keptUnused) terminal.say('note: the kernel forgets it earlier if it is not used for three days\n')
  terminal.say('to close it: credbridge lock\n')
  return 0
}

/** persistent-keyring(7) */
const keptUnused = 3 * 24 * 3_600_000

async function lock(desk: Desk): Promise<number> {
  const { terminal } = desk
  const options = await optionsAt(desk)
  const { lockVault } = await import('../stores/vault/unlock.ts')
  const locking = await lockVault(options)
  if (locking === undefined) {
    terminal.say('there is no vault to lock\n')
    return nothingThere
  }
  if (locking.unreached !== undefined) terminal.say(`note: ${locking.unreached.message}\n`)
  const { vaultStatus } = await import('../stores/vault/manage.ts')
  const opens = (await vaultStatus(options))?.opens
  const still = opens === undefined || isFailure(opens) ? undefined : shownOpener(opens)
  terminal.say(still === undefined ? 'the vault is locked\n' : `nothing is kept; ${still} still opens the vault\n`)
  return 0
}

async function optionsAt({ terminal, prepared }: Desk): Promise<VaultOptions> {
  const { settings, surroundings } = await prepared()
  const passphrases = passphrasesFrom(terminal)
  return { ...vaultOptions(settings, surroundings), ask: () => passphrases.current('the vault') }
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const longest = 30

/** `8h` in milliseconds. */
function durationOf(text: string): number {
  const [, count, unit = ''] = /^([0-9]{1,4})([smhd])$/.exec(text) ?? []
  const milliseconds = Number(count) * (units[unit] ?? Number.NaN)
  if (milliseconds > 0 && milliseconds <= longest * (units['d'] ?? 0)) return milliseconds
  throw new Failure('malformed', `--for takes a time such as 30m, 8h or 2d, at most ${longest}d`)
}

function shown(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')
}
