import { test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs } from '../real/require.ts'
import { killCallers } from './killing.ts'

needs('the build (npm run build)', built)('built', () => {
  test('callers that are killed in the middle of 300 renewals cost nothing', () => killCallers(300), 900_000)
})
