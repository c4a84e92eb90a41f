import { expect, test } from 'vitest'
import { sshWords } from '../../../src/edge/ssh/ssh-words.ts'

test.each([
  [['host'], [], 'host', []],
  [['me@host', 'ls', '-l'], [], 'me@host', ['ls', '-l']],
  [['-p', '22', '-4v', 'host'], ['-p', '22', '-4v'], 'host', []],
  [['-p22', '-vp', '22', '-Jjump', 'host', '-t'], ['-p22', '-vp', '22', '-Jjump'], 'host', ['-t']],
  [['-o', 'Port=22', '--', 'host', 'ls'], ['-o', 'Port=22'], 'host', ['ls']],
])('%j', (words, options, destination, rest) => {
  expect(sshWords(words)).toEqual({ options, destination, rest })
})

test.each([
  [[]],
  [['-v']],
  [['-p', 'host']],
  [['--', '-oProxyCommand=x']],
  [['-f', 'host']],
  [['-Nf', 'host']],
  [['']],
])('%j is refused', (words) => {
  expect(() => sshWords(words)).toThrow()
})
