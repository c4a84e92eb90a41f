import { describe, expect, test } from 'vitest'
import { messageEnd, readMessage } from '../../../src/tools/git/message.ts'

describe('the end of a message', () => {
  test.each([
    ['a=b\n\nc=d\n', 5],
    ['a=b\r\n\r\nc=d\n', 7],
    ['\n', 1],
    ['\r\n', 2],
  ])('%j ends behind byte %i', (input, end) => {
    expect(messageEnd(Buffer.from(input))).toBe(end)
  })

  test.each(['', 'a=b', 'a=b\n', 'a=b\n\r'])('%j has not ended', (input) => {
    expect(messageEnd(Buffer.from(input))).toBeUndefined()
  })

  test('what follows the empty line is not part of it', () => {
    expect(readMessage(Buffer.from('host=b\n\npassword=x\0\n'))).toEqual({ capabilities: [], state: [], host: 'b' })
  })
})
