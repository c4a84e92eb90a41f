import type { Command } from 'commander'
import { Failure } from '../core/failure.ts'
import { type Hint, hint } from '../core/hint.ts'

/*
 * Words that other programs have for what credbridge does by another one. They are answered with the right command, and
 * are in no help.
 */

const answers: { readonly [word: string]: (words: readonly string[]) => readonly Hint[] } = {
  show: (words) => [
    hint`to see the secret: credbridge get --show ${words}`,
    hint`to see what is kept: credbridge list ${words}`,
  ],
}

export function otherWords(program: Command): void {
  for (const [word, hints] of Object.entries(answers)) {
    program
      .command(word, { hidden: true })
      .argument('[words...]')
      .allowUnknownOption()
      .helpOption(false)
      .action((words: readonly string[]) => {
        throw new Failure('malformed', `credbridge has no command ${word}`, { hints: hints(words) })
      })
  }
}

/** The commands below this one that help, completion and the manual show. */
export function offeredCommands(program: Command): readonly Command[] {
  const visible = program.createHelp().visibleCommands(program)
  return program.commands.filter((command) => visible.includes(command))
}
