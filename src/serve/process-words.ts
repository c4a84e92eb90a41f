import { textIfReadable } from '../system/readable.ts'

const mostParents = 4

/**
 * The process and its parents by name: `git-credential-credbridge < git < make < bash`. `undefined` without /proc. A
 * process chooses its own name, so these are claims, too.
 */
export function processWords(processId: number): string | undefined {
  const names: string[] = []
  for (let id = processId; id > 1 && names.length < mostParents; ) {
    const { name, parent } = statOf(id) ?? {}
    if (name === undefined || parent === undefined) break
    names.push(name)
    id = parent
  }
  return names.length === 0 ? undefined : names.join(' < ')
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the name is in parentheses, and may contain some. */
function statOf(processId: number): { readonly name: string; readonly parent: number } | undefined {
  const text = textIfReadable(`/proc/${processId}/stat`)
  if (text === undefined) return undefined
  const end = text.lastIndexOf(')')
  const [, parent = ''] = text.slice(end + 2).split(' ')
  return { name: text.slice(text.indexOf('(') + 1, end), parent: Number(parent) }
}

/** Whether this process is the one that its terminal listens to. Without /proc nobody knows, and it counts as such. */
export function isInForeground(processId: number): boolean {
  const text = textIfReadable(`/proc/${processId}/stat`)
  if (text === undefined) return true
  const [, , group, , , foreground] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return group === foreground
}
