import { failureToPass } from '../core/failure.ts'
import type { Terminal } from '../core/terminal.ts'
import { howToRemoveProgram } from '../edge/installation/removal.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { emptyFolders, ownFilesIn, removeWhole } from '../system/own-files.ts'
import { sayLine, secretsIn } from './arguments.ts'
import { isEmpty, lookIntoStores, type StoreLook, shownEntry } from './uninstall-stores.ts'
import { withdrawApproval } from './withdraw-approval.ts'

/* The last steps of `credbridge uninstall`: what is of no use any more is removed, and the rest is named. */

/** Deletes these secrets for good. Returns their number. */
export async function removeSecrets(
  context: CliContext,
  looks: readonly StoreLook[],
  isStopped: () => Promise<boolean>,
): Promise<number> {
  const { asker, terminal } = context
  let deleted = 0
  for (const { name, store, secrets } of looks) {
    for (const entry of secrets) {
      if (await isStopped()) return deleted
      try {
        if (await store?.remove(asker, entry)) deleted++
        if (entry.kind === 'minted') await withdrawApproval(context, entry, name)
      } catch (error) {
        sayLine(terminal, `stays: ${shownEntry(entry)}: ${failureToPass(error).message}`)
      }
    }
  }
  return deleted
}

/** Removes what stores remember beside secrets, where no secret is left. */
export async function removeNotes(context: CliContext): Promise<void> {
  for (const look of await lookIntoStores(context)) {
    if (!isEmpty(look)) continue
    for (const note of look.notes) await look.store?.remove(context.asker, note)
  }
}

/** Removes the files of empty stores and all others of ours. Returns how many could not be removed. */
export async function removeFiles(context: CliContext): Promise<number> {
  const { machine, terminal } = context
  const looks = await lookIntoStores(context)
  const isUsed = (look: StoreLook) => !isEmpty(look) || look.notes.length > 0
  const unused = looks.filter((look) => !isUsed(look)).flatMap(({ files }) => files)
  const keepsFiles = looks.some((look) => isUsed(look) && look.files.length > 0)
  let stayed = 0
  for (const path of [...unused, ...ownFilesIn(machine.folders, keepsFiles ? 'needed' : 'not needed')]) {
    try {
      removeWhole(path, machine.userId)
      sayLine(terminal, `removed ${path}`)
    } catch (error) {
      stayed++
      sayLine(terminal, `stays: ${path}: ${failureToPass(error).message}`)
    }
  }
  emptyFolders(machine.folders)
  return stayed
}

/** Names what is left, where it is, and how to go on. */
export async function sayWhatIsLeft(context: CliContext, failed: readonly string[]): Promise<void> {
  const { machine, terminal } = context
  for (const tool of failed) sayLine(terminal, `left: ${tool} still asks credbridge`)
  const looks = await lookIntoStores(context)
  for (const { name, secrets, unreadable, failure } of looks) {
    if (secrets.length > 0) sayLine(terminal, `left: ${secretsIn(secrets.length)} in the ${name} store`)
    if (unreadable > 0) sayLine(terminal, `left: ${unreadable} that cannot be read in the ${name} store`)
    if (failure !== undefined) sayLine(terminal, `left: the ${name} store, which cannot be looked at`)
  }
  for (const path of emptyFolders(machine.folders)) sayLine(terminal, `left: ${path}`)
  const needed = looks.filter((look) => !isEmpty(look) && look.files.length > 0)
  for (const { name } of needed) sayLine(terminal, `note: without the program nobody can read the ${name} store`)
  if (failed.length > 0) terminal.say('hint: credbridge doctor\nhint: then, to finish: credbridge uninstall\n')
  else if (looks.some(({ secrets }) => secrets.length > 0)) {
    terminal.say('hint: to delete these secrets, too: credbridge uninstall --remove-secrets\n')
  }
  if (failed.length === 0 && needed.length === 0) sayHowToRemoveProgram(terminal)
}

function sayHowToRemoveProgram({ say }: Pick<Terminal, 'say'>): void {
  say(`hint: to remove the program itself: ${howToRemoveProgram()}\n`)
}
