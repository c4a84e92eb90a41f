import { expect, test } from 'vitest'
import { closest } from '../../src/core/did-you-mean.ts'

test.each([
  ['htps', 'https'],
  ['htp', 'http'],
  ['hhtp', 'http'],
  ['htpp', 'http'],
  ['httsp', 'https'],
  ['httpss', 'https'],
  ['https', 'http'],
  ['ws', undefined],
  ['postgres', undefined],
  ['', undefined],
])('%j is perhaps %j', (word, meant) => expect(closest(word, ['https', 'http'])).toBe(meant))
