import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Everything below a folder, by its path: the mode, and the text or the target of a link. Two trees are equal if nothing
 * was changed between them.
 */
export function treeOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return Object.fromEntries(names.map((name) => [name, described(join(folder, name))]))
}

function described(path: string): string {
  const about = lstatSync(path)
  const mode = (about.mode & 0o7777).toString(8)
  if (about.isSymbolicLink()) return `link to ${readlinkSync(path)}`
  if (about.isDirectory()) return `folder ${mode}`
  return about.isFile() ? `${mode} ${readFileSync(path, 'latin1')}` : 'neither file nor folder'
}
