import { expect, test } from 'vitest'
import { shared } from '../../src/library/sharing.ts'
import { concurrencyLimit } from '../../src/system/concurrency-limit.ts'

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

test('so many things at once and no more, in order, also after one that failed', async () => {
  const inTurn = concurrencyLimit(2)
  const ends: ((error?: Error) => void)[] = []
  const begun: number[] = []
  const all = [0, 1, 2, 3, 4].map((number) =>
    inTurn(() => {
      begun.push(number)
      return new Promise<number>((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve(number))))
    }),
  )
  const settled = Promise.allSettled(all)
  for (let ended = 0; ended < 5; ended++) {
    await new Promise(setImmediate)
    expect(begun).toEqual([0, 1, 2, 3, 4].slice(0, ended + 2))
    ends[ended]?.(ended === 1 ? new Error('no') : undefined)
  }
  expect((await settled).map(({ status }) => status === 'fulfilled')).toEqual([true, false, true, true, true])
})
