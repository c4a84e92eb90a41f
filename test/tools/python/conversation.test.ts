import { describe, expect, test } from 'vitest'
import { Failure } from '../../../src/core/failure.ts'
import { hint } from '../../../src/core/hint.ts'
import { conversation as dialect } from '../../../src/tools/python/conversation.ts'
import { someone } from '../../asker.ts'
import { conversation } from '../conversation.ts'

function opened() {
  const talk = conversation()
  const say = async (message: unknown) => {
    const reply = await talk.say(
      dialect,
      '--credbridge-backend',
      typeof message === 'string' ? message : JSON.stringify(message),
    )
    expect(reply).toMatchObject({ stderr: '', exitCode: 0 })
    expect(reply.stdout).toMatch(/^[ -~]*$/)
    return JSON.parse(reply.stdout) as unknown
  }
  return { ...talk, say }
}

describe('the conversation with our backend for Python', () => {
  test('get, set, delete', async () => {
    const { say } = opened()
    expect(await say({ do: 'get', service: 's', username: 'u' })).toEqual({ found: null })
    expect(await say({ do: 'set', service: 's', username: 'ü', password: 'p\n😀\u0000\u007f' })).toEqual({ done: true })
    const found = { found: { username: 'ü', password: 'p\n😀\u0000\u007f' } }
    expect(await say({ do: 'get', service: 's', username: 'ü' })).toEqual(found)
    expect(await say({ do: 'get', service: 's', username: null })).toEqual(found)
    expect(await say({ do: 'get', service: 's', username: '' })).toEqual({ found: null })
    expect(await say({ do: 'set', service: 's', username: 'ü', password: '', later: 1 })).toEqual({ done: true })
    expect(await say({ do: 'get', service: 's', username: 'ü' })).toEqual({ found: { username: 'ü', password: '' } })
    expect(await say({ do: 'delete', service: 's', username: 'ü' })).toEqual({ done: true })
    expect(await say({ do: 'delete', service: 's', username: 'ü' })).toEqual({ done: false })
  })

  test('what is broken says its code, and the way out', async () => {
    const { say, store } = opened()
    store.failOnce(new Failure('locked', 'the keychain is locked', { hints: [hint`unlock it`] }))
    expect(await say({ do: 'get', service: 's', username: 'u' })).toEqual({
      error: { code: 'locked', message: 'credbridge: the keychain is locked\nhint: unlock it' },
    })
  })

  test.each([
    '',
    'no JSON',
    'null',
    '1',
    '[]',
    '{}',
    { do: 'get' },
    { do: 'get', service: 1 },
    { do: 'set', service: 's', username: 'u' },
    { do: 'set', service: 's', password: 's3cret' },
    { do: 'set', service: 's', username: null, password: 's3cret' },
    { do: 'set', service: 's', username: 'u', password: ['s3cret'] },
    { do: 'delete', service: 's' },
    { do: 'frobnicate', service: 's', username: 'u', password: 's3cret' },
    '{"do":"set","service":"s","username":"u","password":"\\ud800"}',
  ])('%j cannot be understood, and nothing of it is repeated', async (message) => {
    const { say, store } = opened()
    const answer = await say(message)
    expect(answer).toMatchObject({ error: { code: 'malformed' } })
    expect(JSON.stringify(answer)).not.toContain('s3cret')
    expect(await store.list(someone)).toEqual([])
  })
})
