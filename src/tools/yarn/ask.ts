import { refuseHarmful } from '../guard/judge.ts'
import { refuseReferences } from '../guard/references.ts'
import type { World } from '../tool.ts'
import { yarnProject } from './project.ts'
import { yarnRules } from './rules.ts'

/** Refuses what would carry a credential elsewhere that our plugin asks for, in the folder in which Yarn was started. */
export async function refuseProject(world: World, folder: string, known: readonly string[]): Promise<void> {
  const here = { ...world, folder }
  const { settings, texts } = yarnProject(here)
  refuseReferences(texts, new Map())
  await refuseHarmful(here, settings, yarnRules(here, 'asked for', known))
}
