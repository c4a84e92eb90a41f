import { expect, test } from 'vitest'
import { countedUses } from '../../src/commands/uses.ts'
import type { Entry } from '../../src/engine/audit.ts'

const at = 'https://git.example.com'
const entry: Entry = { time: '', caller: 'box', tool: 'git', verb: 'find', endpoint: at, outcome: 'granted' }

test('what was used comes first, with how often, however much was refused before', () => {
  const { hear, lines } = countedUses()
  for (let count = 0; count < 3000; count++) hear({ ...entry, outcome: 'outside', account: `eve ${count}` })
  hear({ ...entry, account: 'ann' })
  hear({ ...entry, account: 'ann' })
  expect(lines()[0]).toBe(`used by git at ${at} as ann (2 times)`)
  expect(lines()).toHaveLength(21)
  expect(lines().at(-1)).toBe('… and 2981 more: credbridge log')
})

test('names of the far side move nothing and are not endless', () => {
  const { hear, lines } = countedUses()
  hear({ ...entry, endpoint: `${at}/${'x'.repeat(4000)}`, account: 'ann\u001b[2J\ncredbridge: nothing' })
  expect(lines()).toHaveLength(1)
  expect(lines()[0]).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  expect(lines()[0]?.length).toBeLessThan(250)
})

test('nothing used is said, too', () => {
  expect(countedUses().lines()).toEqual(['no credential was asked for'])
})
