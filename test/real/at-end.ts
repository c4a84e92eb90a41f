import { afterAll } from 'vitest'
import type { AtEnd } from './session.ts'

/**
 * Takes work for the end of the suite that calls this, the last first. A hook cannot call `afterAll` itself: what it
 * registers there is not run.
 */
export function atEndOfSuite(): AtEnd {
  const ends: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const end of ends.reverse()) await end()
  })
  return (work) => void ends.push(work)
}
