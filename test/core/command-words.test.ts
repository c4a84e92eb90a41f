import { expect, test } from 'vitest'
import { commandWords } from '../../src/core/command-words.ts'

test.each<[string, readonly string[], boolean]>([
  ['aws ecr get-login-password', ['aws', 'ecr', 'get-login-password'], false],
  ['  a\t b\n', ['a', 'b'], false],
  [`a 'b c' "d e" f\\ g ''`, ['a', 'b c', 'd e', 'f g', ''], false],
  [`a'b'"c"d`, ['abcd'], false],
  [`"a\\"b\\\\c\\d"`, ['a"b\\c\\d'], false],
  [`'$HOME' "$(x)" "|"`, ['$HOME', '$(x)', '|'], false],
  ['a $HOME', ['a', '$HOME'], true],
  ['a; touch b', ['a;', 'touch', 'b'], true],
  ['a|b >c', ['a|b', '>c'], true],
  ['a `b` *', ['a', '`b`', '*'], true],
  ['~/a b~', ['~/a', 'b~'], true],
  [`sh -c 'a | b'`, ['sh', '-c', 'a | b'], false],
  ['', [], false],
])('%j', (text, words, looksLikeShell) => {
  expect(commandWords(text)).toEqual({ words, looksLikeShell })
})

test.each([`a 'b`, 'a "b', 'a "b\\"', 'a\\', 'a \'b" c'])('%j ends in the middle', (text) => {
  expect(() => commandWords(text)).toThrow('a quote is open')
})

test('a NUL is refused', () => {
  expect(() => commandWords('a\0b')).toThrow('NUL')
})
