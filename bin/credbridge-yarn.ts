#!/usr/bin/env node
import { serve } from '../src/edge/serve.ts'
import { yarnDialect } from '../src/tools/yarn/dialect.ts'

serve('credbridge-yarn', (machine) =>
  yarnDialect(async (folder, known) => {
    const project = await import('../src/tools/yarn/ask.ts')
    await project.refuseProject(await machine.whole(), folder, known)
  }),
)
