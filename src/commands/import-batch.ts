import { encodeRecord } from '../core/encode-item.ts'
import { Failure, isFailure, withHints } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { randomHex } from '../system/random.ts'
import type { FileEdit, StagedFiles } from '../system/staged-files.ts'
import type { PlainSecret, PlainSecrets, Tool } from '../tools/tool.ts'
import { type Backup, type Removed, readBackup, type SavedFile, saveBackup } from './import-backup.ts'
import { forgetTaken, rememberTaken, takenFrom } from './import-journal.ts'
import { guardedBy, proveKept, removeEach, type Stayed } from './take-over.ts'

/** The plain secrets of one tool, found with files whose changes are held back. */
export interface Finding {
  readonly tool: Tool
  readonly source: PlainSecrets
  readonly staged: StagedFiles
  readonly secrets: readonly PlainSecret[]
}

/** One import, of one tool or of all. */
export interface Batch {
  /**
   * Removes kept secrets from their files: first a sealed backup of the files, then each file at once. Returns what
   * stayed in a file after all, with the reason.
   */
  takeOut(finding: Finding, kept: readonly PlainSecret[]): Promise<readonly Stayed[]>
  /** The import has come to its end. */
  finish(): Promise<void>
}

/** How often to begin anew if another program changes a file meanwhile. */
const attempts = 5

/** An import that was interrupted goes on, so that its undo restores all of it. */
export async function openBatch(context: CliContext): Promise<Batch> {
  const { terminal, machine } = context
  const last = await readBackup(context)
  let backup: Backup = last?.finished === false ? last : { batch: randomHex(8), finished: false, files: [] }
  let canBackUp = true

  async function seal(changed: Backup): Promise<void> {
    if (!canBackUp) return
    canBackUp = await saveBackup(context, changed)
    backup = changed
    if (!canBackUp)
      terminal.say('note: this store keeps no backup of the files, undo writes back each secret by itself\n')
  }

  async function takeOut({ tool, source, staged }: Finding, all: readonly PlainSecret[]): Promise<readonly Stayed[]> {
    if (all.length === 0) return []
    await proveKept(context, source, all)
    rememberTaken(machine, tool.name, all, backup.batch)
    for (let left = attempts; left > 0; left--) {
      staged.discard()
      const stayed = await removeEach({ ...machine, files: staged.files }, source, all)
      const gone = all.filter((one) => !stayed.some(({ secret }) => secret === one))
      const removed = gone.flatMap((secret): Removed[] => {
        const entry = takenFrom(tool.name, secret, backup.batch)
        return entry === undefined ? [] : [{ entry, value: encodeRecord(secret.credential) }]
      })
      const edits = staged.edits()
      if (edits.length > 0) await seal({ ...backup, files: withEdits(backup.files, edits, removed) })
      const done = await staged.commit(guardedBy(machine, source)).catch(notWritable)
      if (done === 'none') continue
      if (done === 'some') break
      forgetTaken(
        machine,
        stayed.flatMap(({ secret }) =>
          secret === undefined ? [] : (takenFrom(tool.name, secret, backup.batch) ?? []),
        ),
      )
      return stayed
    }
    const files = staged.edits().map(({ path }) => path)
    const says = `${files.join(', ')} is being changed by another program: the secrets are kept, and still stand there`
    return [{ error: new Failure('refused', says) }]
  }

  return {
    takeOut,
    async finish() {
      if (backup.files.length > 0) await seal({ ...backup, finished: true })
    },
  }
}

/** Some programs (home-manager, chezmoi) generate such files and make them read-only. */
function notWritable(error: unknown): never {
  if (!isFailure(error) || error.code !== 'refused') throw error
  const says = hint`if another program writes it (home-manager, chezmoi), remove the secrets that credbridge stores now there`
  throw withHints(error, [says])
}

/** A file that is changed again keeps its first content, unless another program changed it in between. */
function withEdits(
  saved: readonly SavedFile[],
  edits: readonly FileEdit[],
  removed: readonly Removed[],
): readonly SavedFile[] {
  const fresh = edits.map((edit): SavedFile => {
    const of = removed.filter(({ entry }) => (entry.trace['file'] ?? edit.path) === edit.path)
    const earlier = saved.find(({ path }) => path === edit.path)
    if (earlier === undefined) return { ...edit, removed: of }
    if (earlier.before === edit.before) return { ...edit, removed: joined(earlier.removed, of) }
    if (earlier.after !== edit.before) return { ...edit, removed: of }
    return { ...edit, before: earlier.before, removed: joined(earlier.removed, of) }
  })
  return [...saved.filter(({ path }) => !edits.some((edit) => edit.path === path)), ...fresh]
}

function joined(some: readonly Removed[], others: readonly Removed[]): readonly Removed[] {
  const known = new Set(some.map((one) => JSON.stringify(one)))
  return [...some, ...others.filter((one) => !known.has(JSON.stringify(one)))]
}
