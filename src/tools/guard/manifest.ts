import { type Node, type ParseError, parseTree } from 'jsonc-parser'
import { lineAt, type ProjectFile, unreadable } from './project-files.ts'
import type { ProjectSetting } from './setting.ts'

/*
 * A manifest (package.json) as its managers read it. Only the members with settings are checked: `publishConfig`, and
 * pnpm's `pnpm`. A duplicate member is checked twice.
 */

/** The settings in these members of a manifest, each under `<member>.<name>`. */
export function settingsInManifest(file: ProjectFile, members: readonly string[]): readonly ProjectSetting[] {
  return membersOf(rootOf(file)).flatMap(([member, value]) =>
    members.includes(member)
      ? membersOf(value).map(([name, node]) => ({
          file: file.file,
          line: lineAt(file.text, node.offset),
          key: `${member}.${name}`,
          name,
          value: plainValue(node),
        }))
      : [],
  )
}

/** The manifest's patterns for workspaces. */
export function workspacePatterns(file: ProjectFile): readonly string[] {
  return membersOf(rootOf(file)).flatMap(([member, value]) => {
    if (member !== 'workspaces') return []
    const lists = value.type === 'array' ? [value] : membersOf(value).map(([, node]) => node)
    return lists.flatMap(plainValue).filter((one) => typeof one === 'string')
  })
}

function rootOf({ file, text }: ProjectFile): Node {
  const errors: ParseError[] = []
  // Comments and trailing commas are for package.json5; npm refuses them itself.
  const root = parseTree(text.replace(/^\ufeff/, ' '), errors, { allowTrailingComma: true })
  if (root?.type !== 'object' || errors.length > 0) throw unreadable(file, 'cannot be read as JSON')
  return root
}

function membersOf(node: Node): readonly (readonly [name: string, value: Node])[] {
  if (node.type !== 'object') return []
  return (node.children ?? []).flatMap(({ children: [name, value] = [] }) =>
    name === undefined || value === undefined ? [] : [[String(name.value), value] as const],
  )
}

function plainValue(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(plainValue)
  if (node.type === 'object')
    return Object.fromEntries(membersOf(node).map(([name, value]) => [name, plainValue(value)]))
  return node.value
}
