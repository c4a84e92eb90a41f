import { describe, expect, test } from 'vitest'
import { agoInWords, timeInWords, typedSpan } from '../../src/core/time-words.ts'

const now = new Date(2026, 2, 10, 0, 30).getTime()
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

describe('how long ago', () => {
  test.each([
    [0, 'just now'],
    [59_999, 'just now'],
    [minute, '1 minute ago'],
    [hour - 1, '59 minutes ago'],
    [hour, '1 hour ago'],
    [day - 1, '23 hours ago'],
    [day, '1 day ago'],
    [14 * day - 1, '13 days ago'],
    [14 * day, '2 weeks ago'],
    [60 * day, '1 month ago'],
    [729 * day, '23 months ago'],
    [731 * day, '2 years ago'],
    [-59_999, 'just now'],
    [-3 * hour, 'in 3 hours'],
  ])('%d ms: %s', (apart, words) => expect(agoInWords(now - apart, now)).toBe(words))
})

describe('the local time', () => {
  test.each([
    [new Date(2026, 2, 10, 9, 5), '09:05'],
    [new Date(2026, 2, 9, 23, 59), 'yesterday at 23:59'],
    [new Date(2026, 2, 11, 0, 0), 'tomorrow at 00:00'],
    [new Date(2026, 2, 8, 0, 31), '8 March at 00:31'],
    [new Date(2025, 11, 31, 12, 0), '31 December 2025 at 12:00'],
  ])('%s: %s', (at, words) => expect(timeInWords(at.getTime(), now)).toBe(words))
})

test.each([
  ['30m', 30 * minute],
  ['7d', 7 * day],
  ['0d', 0],
  ['8', undefined],
  ['8 h', undefined],
  ['-1h', undefined],
  ['1w', undefined],
])('a typed length of time: %j', (text, span) => expect(typedSpan(text)).toBe(span))
