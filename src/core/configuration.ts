import { type Found, noteOwner, type Owner } from './credential.ts'

/*
 * A person may have several configurations of one tool, each with an account of its own (docker by DOCKER_CONFIG). What is
 * saved with one that is not the usual one belongs to the owner `<tool>@<configuration>`, and all rules about a tool's own
 * items hold for it as for a tool.
 */

const mark = '@'

/** Scripts make a folder for each run, and none of them comes back. */
const most = 16

export function ownerIn(tool: Owner, configuration: string): Owner {
  return tool + mark + configuration
}

/** The tool, with whichever configuration it saved. */
export function withoutConfiguration(owner: Owner): Owner {
  const end = owner.indexOf(mark)
  return end < 0 ? owner : owner.slice(0, end)
}

/** Whether the tool asks with a configuration that is not its usual one. */
export function isConfiguration(owner: Owner): boolean {
  return owner.includes(mark)
}

/** Another configuration of the same tool. */
export function isOtherConfiguration(owner: Owner, asking: Owner): boolean {
  return owner !== asking && withoutConfiguration(owner) === withoutConfiguration(asking)
}

/** Whether a note with this owner is about the tool that asks: its own notes are, and those for all its configurations. */
export function isNoteAbout(asking: Owner, owner: Owner): boolean {
  return owner === noteOwner(asking) || owner === noteOwner(withoutConfiguration(asking))
}

/** Who is asked first: the asker's own items, its tool's usual ones, other tools', what other configurations saved. */
export const ranks = [0, 1, 2, 3] as const

export function rankOf(owner: Owner, asking: Owner): (typeof ranks)[number] {
  if (owner === asking) return 0
  if (isConfiguration(owner)) return 3
  return owner === withoutConfiguration(asking) ? 1 : 2
}

/** What the oldest configurations left at an endpoint, where one more would be too many beside this owner's. */
export function tooMany(items: readonly Found[], saving: Owner): readonly Found[] {
  if (!isConfiguration(saving)) return []
  const others = items
    .filter(({ owner }) => isConfiguration(owner) && isOtherConfiguration(owner, saving))
    .sort((a, b) => (b.savedAt ?? 0) - (a.savedAt ?? 0))
  const kept = [...new Set(others.map(({ owner }) => owner))].slice(0, most - 1)
  return others.filter(({ owner }) => !kept.includes(owner))
}
