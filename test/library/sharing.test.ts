import { expect, test } from 'vitest'
import { shared } from '../../src/library/sharing.ts'

/** What is opened is a number, counted from 1; the clock is moved by the test. */
function counted(lasts: 'process' | 'forever') {
  let [time, count] = [0, 0]
  const failures: Error[] = []
  const open = shared(
    async () => {
      const failure = failures.pop()
      if (failure !== undefined) throw failure
      return { number: ++count, stores: [{ traits: { lasts } }] }
    },
    () => time,
  )
  return {
    failures,
    open: async () => (await open()).number,
    wait(milliseconds: number) {
      time += milliseconds
    },
  }
}

test('calls at once share what the first one opened', async () => {
  const { open } = counted('forever')
  expect(await Promise.all([open(), open(), open()])).toEqual([1, 1, 1])
})

test('a moment later the settings count anew', async () => {
  const { open, wait } = counted('forever')
  await open()
  wait(999)
  expect(await open()).toBe(1)
  wait(1)
  expect(await open()).toBe(2)
})

test('what ends with the process is kept as long', async () => {
  const { open, wait } = counted('process')
  await open()
  wait(1_000_000)
  expect(await open()).toBe(1)
})

test('what could not be opened is tried again by the next call', async () => {
  const { open, failures } = counted('forever')
  failures.push(new Error('once'))
  await expect(open()).rejects.toThrow('once')
  expect(await open()).toBe(1)
})
