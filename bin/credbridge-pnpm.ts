#!/usr/bin/env node
import { asFailure } from '../src/core/failure.ts'
import { told } from '../src/core/failure-text.ts'
import { serve } from '../src/edge/serve.ts'
import { thisWorld } from '../src/edge/this-machine.ts'
import { pnpmDialect } from '../src/tools/pnpm/dialect.ts'

/** pnpm passes on nothing that its helper writes; 12 goes on without a credential. */
async function refuseProject(): Promise<void> {
  const { caller } = await import('../src/edge/launch/caller.ts')
  const project = await import('../src/tools/pnpm/project.ts')
  const { words, say } = await caller()
  try {
    await project.refuseProject(thisWorld(), words)
  } catch (error) {
    say(told(asFailure(error)))
    throw error
  }
}

serve(pnpmDialect(refuseProject))
