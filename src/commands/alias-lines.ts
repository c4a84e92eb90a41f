import type { Aliases } from '../core/aliases.ts'
import type { Settings } from '../engine/settings.ts'

/** The lines of the settings file for these aliases. */
export function aliasLines(aliases: Aliases): readonly string[] {
  return Object.entries(aliases).map(([from, to]) => `${JSON.stringify(from)} = ${JSON.stringify(to)}`)
}

/**
 * The text of a settings file with further aliases; everything else of it stays as it is. `undefined` where they cannot be
 * added so that exactly they are new, because the file spells its table in another way.
 */
export async function textWithAliases(text: string, before: Settings, added: Aliases): Promise<string | undefined> {
  const { parseSettings } = await import('../engine/settings-file.ts')
  const lines = aliasLines(added).map((line) => `${line}\n`)
  const [header] = /^[ \t]*\[[ \t]*aliases[ \t]*\][ \t]*(#.*)?\r?\n/m.exec(text) ?? []
  const end = text === '' || text.endsWith('\n') ? '' : '\n'
  const changed =
    header === undefined
      ? `${text}${end}${text === '' ? '' : '\n'}[aliases]\n${lines.join('')}`
      : text.replace(header, () => header + lines.join(''))
  const wanted = { ...before.aliases, ...added }
  const after = await parseSettings(changed, { ...before, aliases: {}, unknownKeys: [] }).catch(() => undefined)
  if (after === undefined || Object.keys(after.aliases).length !== Object.keys(wanted).length) return undefined
  return Object.entries(wanted).every(([from, to]) => after.aliases[from] === to) ? changed : undefined
}
