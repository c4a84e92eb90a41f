#!/usr/bin/env node
import { serve } from '../src/edge/serve.ts'
import { thisWorld } from '../src/edge/this-machine.ts'
import { yarnDialect } from '../src/tools/yarn/dialect.ts'

async function refuseProject(folder: string, known: readonly string[]): Promise<void> {
  const project = await import('../src/tools/yarn/ask.ts')
  await project.refuseProject(thisWorld(), folder, known)
}

serve(yarnDialect(refuseProject))
