import type { Files } from './user-files.ts'

/** A file before and after some writes; `undefined`: it does not exist. */
export interface FileEdit {
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** Runs `work` while no other program writes the file. */
export type Guarded = <T>(path: string, work: () => T) => T | Promise<T>

/** Files whose changes are held back until `commit`. */
export interface StagedFiles {
  /** Reads what was written last, here or on the disk. Writes only here. */
  readonly files: Files
  /** The changes that are held back. */
  edits(): readonly FileEdit[]
  /** Forgets the changes. */
  discard(): void
  /**
   * Makes the changes on the disk, each file at once. A file that
   * is no longer as it was before its change is left as it is. If that is seen in time, so are all others.
   */
  commit(guarded: Guarded): Promise<'all' | 'some' | 'none'>
}

/** A program that is to change files can so be asked first what it would change. Programs that it starts are not held back. */
export function stageFiles(real: Files): StagedFiles {
  const staged = new Map<string, FileEdit>()
  const placeOf = (path: string) => real.resolved(path) ?? path

  function read(path: string): string | undefined {
    const edit = staged.get(placeOf(path))
    return edit === undefined ? real.read(path) : edit.after
  }

  function stage(path: string, after: string | undefined): void {
    const place = placeOf(path)
    const edit = staged.get(place) ?? { path, before: real.read(path) }
    staged.set(place, { ...edit, after })
  }

  function edits(): readonly FileEdit[] {
    return [...staged.values()].filter(({ before, after }) => before !== after)
  }

  async function commit(guarded: Guarded): Promise<'all' | 'some' | 'none'> {
    const all = edits()
    if (all.some(({ path, before }) => real.read(path) !== before)) return 'none'
    for (const [count, edit] of all.entries()) {
      const isMade = await guarded(edit.path, () => make(edit))
      if (!isMade) return count === 0 ? 'none' : 'some'
    }
    return 'all'
  }

  function make({ path, before, after }: FileEdit): boolean {
    if (real.read(path) !== before) return false
    if (after === undefined) real.remove(path)
    else real.write(path, after)
    return true
  }

  return {
    files: {
      ...real,
      read,
      exists: (path) => (staged.has(placeOf(path)) ? read(path) !== undefined : real.exists(path)),
      write: (path, text) => stage(path, text),
      remove: (path) => stage(path, undefined),
      whileLocked: async (_, work) => work(),
    },
    edits,
    discard: () => staged.clear(),
    commit,
  }
}
