import { refuseHarmful } from '../guard/judge.ts'
import { refuseReferences } from '../guard/references.ts'
import type { LauncherMachine } from '../tool.ts'
import { yarnProject } from './project.ts'
import { yarnRules } from './rules.ts'

/** Refuses settings that would send the plugin's credential elsewhere, in the folder in which Yarn was started. */
export async function refuseProject(machine: LauncherMachine, folder: string, known: readonly string[]): Promise<void> {
  const inProject = { ...machine, workingFolder: folder }
  const { settings, texts } = yarnProject(inProject)
  refuseReferences(texts, new Map())
  await refuseHarmful(inProject, settings, yarnRules(inProject, 'asked for', known))
}
