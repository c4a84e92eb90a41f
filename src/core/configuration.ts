import type { Found, Owner } from './credential.ts'

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

/** The tool that saved, with whichever configuration. */
export function toolOf(owner: Owner): Owner {
  const end = owner.indexOf(mark)
  return end < 0 ? owner : owner.slice(0, end)
}

/** Who is asked first: the asker's own items, its tool's usual ones, other tools', what other configurations saved. */
export const ranks = [0, 1, 2, 3] as const

export function rankOf(owner: Owner, asking: Owner): (typeof ranks)[number] {
  if (owner === asking) return 0
  if (owner !== toolOf(owner)) return 3
  return owner === toolOf(asking) ? 1 : 2
}

/** What the oldest configurations left here, where one more would be too many beside this owner's. */
export function tooMany(here: readonly Found[], saving: Owner): readonly Found[] {
  if (saving === toolOf(saving)) return []
  const isAnother = ({ owner }: Found) =>
    owner !== saving && owner !== toolOf(owner) && toolOf(owner) === toolOf(saving)
  const others = here.filter(isAnother).sort((a, b) => (b.savedAt ?? 0) - (a.savedAt ?? 0))
  const kept = [...new Set(others.map(({ owner }) => owner))].slice(0, most - 1)
  return others.filter(({ owner }) => !kept.includes(owner))
}
