import { resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Command } from 'commander'
import { Failure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { allowed, isFingerprint, writeAllowed } from '../tools/allowed.ts'
import { nothingThere } from './arguments.ts'

interface AllowOptions {
  readonly undo?: boolean
}

/** The command that the message about a refused setting suggests. */
export function allowCommand(program: Command, context: CliContext): void {
  program
    .command('allow [file] [setting=fingerprint]')
    .description(
      'allow a project to have one setting, with its current value, when it gets a credential; without words: list',
    )
    .option('--undo', 'no longer allow it; without a setting, everything in the file')
    .action((file: string | undefined, setting: string | undefined, options: AllowOptions) =>
      context.end(
        file === undefined
          ? list(context)
          : change(context, resolve(context.machine.workingFolder, file), setting, options),
      ),
    )
}

function list({ machine, terminal }: CliContext): number {
  const all = allowed(machine)
  for (const { file, setting } of all) terminal.out(`${printable(`${file}: ${setting}`)}\n`)
  return all.length === 0 ? nothingThere : 0
}

function change(context: CliContext, file: string, word: string | undefined, { undo }: AllowOptions): number {
  return undo === true ? forbid(context, file, word) : permit(context, file, word)
}

function permit({ machine, terminal }: CliContext, file: string, word: string | undefined): number {
  const { setting, fingerprint } = parted(word ?? '')
  if (setting === '' || !isFingerprint(fingerprint)) {
    throw new Failure('malformed', 'a setting needs its fingerprint, as in the message that refused it')
  }
  const rest = allowed(machine).filter((one) => !isDeepStrictEqual(one, { file, setting, fingerprint }))
  writeAllowed(machine, [...rest, { file, setting, fingerprint }])
  terminal.say(`${printable(`${setting} is allowed in ${file}, with its current value`)}\n`)
  return 0
}

function forbid({ machine, terminal }: CliContext, file: string, word: string | undefined): number {
  const all = allowed(machine)
  const setting = word === undefined ? undefined : parted(word).setting || word
  const left = all.filter((one) => one.file !== file || (setting !== undefined && one.setting !== setting))
  if (left.length === all.length) return nothingThere
  writeAllowed(machine, left)
  terminal.say(`${printable(`${setting ?? 'everything'} is no longer allowed in ${file}`)}\n`)
  return 0
}

function parted(word: string): { readonly setting: string; readonly fingerprint: string } {
  const equals = word.lastIndexOf('=')
  return { setting: word.slice(0, Math.max(equals, 0)), fingerprint: word.slice(equals + 1) }
}
