import { assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { printObject, readMessage, readServer } from '../../../src/tools/docker/message.ts'

describe('reading', () => {
  test.each([
    ['as docker writes it', '{"ServerURL":"h","Username":"\\u003ctoken\\u003e","Secret":"s"}\n', '<token>'],
    ['in any case', '{"serverurl":"h","USERNAME":"u","secret":"s"}', 'u'],
    ['with unknown members', '{"x":{"Secret":"no","Secret":"no"},"ServerURL":"h","Username":"u","Secret":"s"}', 'u'],
    ['with blanks', ' {\n"ServerURL" :\t"h" , "Username":"u","Secret":"s"}\r\n', 'u'],
    ['with a value that looks like a member', '{"ServerURL":"h","Username":"\\"Secret\\":","Secret":"s"}', '"Secret":'],
  ])('%s', (_how, text, user) => {
    expect(readMessage(text)).toEqual({ ServerURL: 'h', Username: user, Secret: 's' })
  })

  test.each([
    ['nothing', ''],
    ['cut in the middle', '{"ServerURL":"h","Username":"u","Sec'],
    ['a list', '[{"ServerURL":"h"}]'],
    ['a text', '"ServerURL"'],
    ['null', 'null'],
    ['half a surrogate pair', '{"ServerURL":"h","Username":"\\ud83d","Secret":"s"}'],
    ['two objects', '{"ServerURL":"h"}{"ServerURL":"h"}'],
    ['a number', '{"ServerURL":"h","Username":"u","Secret":1}'],
    ['a null member', '{"ServerURL":null,"Username":"u","Secret":"s"}'],
    ['an object', '{"ServerURL":"h","Username":{},"Secret":"s"}'],
    ['a member twice', '{"ServerURL":"h","Username":"u","Secret":"s","Secret":"t"}'],
    ['a member twice in two spellings', '{"ServerURL":"h","Username":"u","Secret":"s","secret":"s"}'],
    ['a member twice, once escaped', '{"ServerURL":"h","Username":"u","Secret":"s","S\\u0065cret":"s"}'],
  ])('%s is malformed, and nothing of it is repeated', (_what, text) => {
    const wrong = expect.objectContaining({ code: 'malformed', message: expect.stringMatching(/^the [^{}]*$/) })
    expect(() => readMessage(text)).toThrow(wrong)
  })

  test.each([
    ['h', 'h'],
    ['h\n', 'h'],
    ['h\r\n', 'h'],
    [' \th\t \n', 'h'],
    ['h\r', 'h\r'],
    ['h\n\n', 'h\n'],
    ['\n', ''],
    ['', ''],
  ])('a server address in %j is %j', (text, server) => {
    expect(readServer(text)).toBe(server)
  })
})

describe('printing', () => {
  test('as Go does, to the byte', () => {
    const text = printObject([
      ['ServerURL', 'h'],
      ['Username', '<token>'],
      ['Secret', 'a&b"\\\n\u2028é\u{1f511}'],
    ])
    expect(text).toBe(
      '{"ServerURL":"h","Username":"\\u003ctoken\\u003e","Secret":"a\\u0026b\\"\\\\\\n\\u2028é\u{1f511}"}\n',
    )
  })

  test('an empty list is an empty object, never null', () => {
    expect(printObject([])).toBe('{}\n')
  })

  test('any text comes through', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        const printed = printObject([['Secret', text]])
        expect(printed.indexOf('\n')).toBe(printed.length - 1)
        expect(readMessage(printed)).toEqual({ Secret: text })
      }),
    )
  })
})
