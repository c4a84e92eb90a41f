import type { Command } from 'commander'
import { Failure } from '../core/failure.ts'
import { type Hint, hint } from '../core/hint.ts'

/*
 * Words that other programs have for what credbridge does by another one. They are answered with the right command, and
 * are in no help.
 */

type Answer = (words: readonly string[]) => readonly Hint[]

const remove: Answer = (words) => [hint`credbridge remove ${words}`]
const list: Answer = (words) => [hint`credbridge list ${words}`]
const set: Answer = (words) => [hint`credbridge set ${words}`]
const setup: Answer = () => [hint`credbridge setup`]
const doctor: Answer = () => [hint`credbridge doctor`]

const answers: { readonly [word: string]: Answer } = {
  show: (words) => [
    hint`to see the secret: credbridge get --show ${words}`,
    hint`to see what is kept: credbridge list ${words}`,
  ],
  ...{ delete: remove, erase: remove, unset: remove, forget: remove },
  ...{ find: list, search: list, accounts: list },
  ...{ insert: set, store: set, save: set, put: set, edit: set },
  ...{ init: setup, install: setup, configure: setup, enable: setup },
  ...{ check: doctor, diagnose: doctor, config: doctor },
  copy: (words) => [hint`credbridge get --copy ${words}`],
  auth: () => [hint`credbridge login`, hint`credbridge status`],
  signin: (words) => [hint`credbridge login ${words}`],
  signout: (words) => [hint`credbridge logout ${words}`],
  whoami: () => [hint`credbridge status`],
  unconfigure: () => [hint`credbridge setup --undo`, hint`credbridge uninstall`],
  version: () => [hint`credbridge --version`],
}

export function otherWords(program: Command): void {
  for (const [word, hints] of Object.entries(answers)) {
    program
      .command(word, { hidden: true })
      .argument('[words...]')
      .allowUnknownOption()
      .helpOption(false)
      .action((words: readonly string[]) => {
        throw new Failure('malformed', `unknown command '${word}'`, { hints: hints(words) })
      })
  }
}

/** The commands below this one that help, completion and the manual show. */
export function offeredCommands(program: Command): readonly Command[] {
  const visible = program.createHelp().visibleCommands(program)
  return program.commands.filter((command) => visible.includes(command))
}
