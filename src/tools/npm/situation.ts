import type { ProjectSetting } from '../guard/setting.ts'
import type { Configuration } from './registries.ts'

/** The settings that a call of npm meets. */
export interface Situation {
  readonly configuration: Configuration
  /** Refuses what of these settings of a project is not known to be harmless. */
  refuse(settings: readonly ProjectSetting[]): Promise<void>
}
