import { noteOwner, type Owner, type StoredItem } from './credential.ts'

/*
 * A person may have several configurations of one tool, each with its own account (docker: DOCKER_CONFIG). Items saved
 * with any but the default configuration have the owner `<tool>@<configuration>`. All rules about a tool's own items
 * apply to that owner.
 */

const mark = '@'

/** How many configurations of a tool may have items at one endpoint. Some scripts make a new one for each run. */
const most = 16

export function ownerIn(tool: Owner, configuration: string): Owner {
  return tool + mark + configuration
}

/** The tool that saved the item, in any configuration. */
export function withoutConfiguration(owner: Owner): Owner {
  const end = owner.indexOf(mark)
  return end < 0 ? owner : owner.slice(0, end)
}

/** Whether the owner is a tool with a configuration that is not its default. */
export function isConfiguration(owner: Owner): boolean {
  return owner.includes(mark)
}

/** Whether the owner is another configuration of the tool that asks. */
export function isOtherConfiguration(owner: Owner, asking: Owner): boolean {
  return owner !== asking && withoutConfiguration(owner) === withoutConfiguration(asking)
}

/** Whether a note applies to the tool that asks: it names this configuration, or the tool as a whole. */
export function isNoteAbout(asking: Owner, owner: Owner): boolean {
  return owner === noteOwner(asking) || owner === noteOwner(withoutConfiguration(asking))
}

/** In order: the asker's own items, those of its tool's default configuration, other tools', other configurations'. */
export const ranks = [0, 1, 2, 3] as const

export function rankOf(owner: Owner, asking: Owner): (typeof ranks)[number] {
  if (owner === asking) return 0
  if (isConfiguration(owner)) return 3
  return owner === withoutConfiguration(asking) ? 1 : 2
}

/**
 * The items of the oldest configurations at an endpoint, to be removed so that the saving one stays within the limit.
 */
export function tooMany(items: readonly StoredItem[], saving: Owner): readonly StoredItem[] {
  if (!isConfiguration(saving)) return []
  const others = items
    .filter(({ owner }) => isConfiguration(owner) && isOtherConfiguration(owner, saving))
    .sort((a, b) => (b.savedAt ?? 0) - (a.savedAt ?? 0))
  const kept = [...new Set(others.map(({ owner }) => owner))].slice(0, most - 1)
  return others.filter(({ owner }) => !kept.includes(owner))
}
