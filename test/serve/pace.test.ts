import { expect, onTestFinished, test, vi } from 'vitest'
import { burst, eachSecond } from '../../src/remote/limits.ts'
import { pace } from '../../src/serve/pace.ts'

test('many requests begin at once, then a steady number each second', async () => {
  vi.useFakeTimers({ now: 0 })
  onTestFinished(() => void vi.useRealTimers())
  const turns = pace(Date.now)
  let begun = 0
  for (let count = 0; count < burst + 3 * eachSecond; count++) turns.turn().then(() => begun++)
  await vi.advanceTimersByTimeAsync(0)
  expect(begun).toBe(burst)
  await vi.advanceTimersByTimeAsync(1000)
  expect(begun).toBe(burst + eachSecond)
  await vi.advanceTimersByTimeAsync(2000)
  expect(begun).toBe(burst + 3 * eachSecond)
  // Whoever asks seldom never waits.
  await vi.advanceTimersByTimeAsync(60_000)
  expect(vi.getTimerCount()).toBe(0)
  turns.turn().then(() => begun++)
  await vi.advanceTimersByTimeAsync(0)
  expect(begun).toBe(burst + 3 * eachSecond + 1)
})
