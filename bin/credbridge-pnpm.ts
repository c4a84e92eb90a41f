#!/usr/bin/env node
import { asFailure } from '../src/core/failure.ts'
import { formatFailure } from '../src/core/failure-text.ts'
import { serve } from '../src/edge/serve.ts'
import type { Machine } from '../src/system/machine.ts'
import { pnpmDialect } from '../src/tools/pnpm/dialect.ts'

/** Writes the message past pnpm, which hides its helper's output; pnpm 12 then continues without a credential. */
async function refuseProject(machine: Machine): Promise<void> {
  const { caller } = await import('../src/edge/launch/caller.ts')
  const project = await import('../src/tools/pnpm/project.ts')
  const { words, say } = await caller()
  try {
    await project.refuseProject(machine, words)
  } catch (error) {
    say(formatFailure(asFailure(error)))
    throw error
  }
}

serve('credbridge-pnpm', (machine) => pnpmDialect(async () => refuseProject(await machine.whole())))
