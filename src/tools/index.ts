import { askpassTool } from './askpass/tool.ts'
import { awsTool } from './aws/tool.ts'
import { bazelTool } from './bazel/tool.ts'
import { bunTool } from './bun/tool.ts'
import { cargoTool } from './cargo/tool.ts'
import { containersTool, dockerTool, helmTool } from './docker/tool.ts'
import { gitTool } from './git/tool.ts'
import { goTool } from './go/tool.ts'
import { kubectlTool } from './kubectl/tool.ts'
import { netrcTool } from './netrc/tool.ts'
import { npmTool } from './npm/tool.ts'
import { pnpmTool } from './pnpm/tool.ts'
import { profileTools } from './profiles.ts'
import { pipTool, pythonTool, uvTool } from './python/tool.ts'
import { terraformTool } from './terraform/tool.ts'
import type { Tool } from './tool.ts'
import { yarnTool } from './yarn/tool.ts'

/** All tools. A new tool is added only here. */
export const tools: readonly Tool[] = [
  gitTool,
  dockerTool,
  containersTool,
  helmTool,
  pythonTool,
  pipTool,
  uvTool,
  cargoTool,
  npmTool,
  pnpmTool,
  yarnTool,
  bunTool,
  kubectlTool,
  awsTool,
  goTool,
  bazelTool,
  terraformTool,
  netrcTool,
  askpassTool,
  ...profileTools,
]
