import { expect, test } from 'vitest'
import type { Entry } from '../../src/engine/audit.ts'
import { thinned } from '../../src/serve/thinning.ts'

const entry = (endpoint: string, more: Partial<Entry> = {}): Entry => ({
  time: new Date(0).toISOString(),
  caller: 'box',
  tool: 'git',
  verb: 'find',
  endpoint,
  outcome: 'granted',
  ...more,
})

test('of each kind there is one in a minute, of all not too many, and none is lost without a word', () => {
  let now = 0
  const written: Entry[] = []
  const write = thinned(
    (one) => written.push(one),
    () => now,
  )
  for (let count = 0; count < 50; count++) write(entry('a', { time: String(count), process: String(count) }))
  write(entry('a', { outcome: 'refused' }))
  expect(written).toHaveLength(2)
  for (let count = 0; count < 1000; count++) write(entry(`flood ${count}`, { outcome: 'outside' }))
  expect(written).toHaveLength(1 + 120)
  now = 60_000
  write(entry('a'))
  expect(written.at(-1)).toEqual({ ...entry('a'), omitted: 49 + 881 })
  write(entry('b'))
  expect(written.at(-1)).toEqual(entry('b'))
})

test('no flood hides what was granted', () => {
  const written: Entry[] = []
  const write = thinned(
    (one) => written.push(one),
    () => 0,
  )
  for (let count = 0; count < 1000; count++) write(entry('flood', { outcome: 'absent', account: `${count}` }))
  for (let count = 0; count < 1000; count++) write(entry('flood', { tool: `tool-${count}` }))
  expect(written).toHaveLength(240)
  for (let count = 0; count < 300; count++) write(entry(`taken ${count}`))
  expect(written.slice(240).map(({ endpoint }) => endpoint)).toEqual(
    Array.from({ length: 300 }, (_, count) => `taken ${count}`),
  )
})
