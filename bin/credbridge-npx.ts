#!/usr/bin/env node
import { serveProgram } from '../src/edge/launch/launch.ts'
import { npmLauncher } from '../src/tools/npm/launch.ts'

serveProgram(npmLauncher, 'npx')
