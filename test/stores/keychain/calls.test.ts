import { expect, test } from 'vitest'
import { type Addon, openCalls } from '../../../src/stores/keychain/calls.ts'
import { failureOf } from '../secret-service/world.ts'

const noReply =
  'Platform failure: DBus error: Did not receive a reply. Possible causes include: the reply timeout expired'
const ended = 'Platform failure: DBus error: Message recipient disconnected from message bus without replying'

/** An addon whose calls fail with these texts, one after the other, and then go well; `asked` says how often it was called. */
function failing(...texts: string[]) {
  let asked = 0
  const ask = () => {
    asked++
    const text = texts.shift()
    if (text !== undefined) throw new Error(text)
  }
  const addon: Addon = {
    async findCredentialsAsync() {
      ask()
      return []
    },
    AsyncEntry: class {
      constructor() {
        ask()
      }
      getPassword = async () => 's3cret'
      setPassword = async () => {}
      deleteCredential = async () => true
    },
  }
  const open = (limit: number) =>
    openCalls(async () => addon, { personPresent: false, bySearch: false }, { call: limit, dialog: limit })
  return { open, asked: () => asked }
}

test.each([
  ['too busy to reply in the two seconds that an entry waits', noReply],
  ['gone, and there again', ended],
])('a service that is %s is asked again', async (_, text) => {
  const { open, asked } = failing(text, text)
  expect(await (await open(60_000)).erase('git:https://git.example.com', 'ann')).toBe(true)
  expect(asked()).toBe(3)
})

test('until the time is over, which is a timeout and leaves nothing behind', async () => {
  const { open } = failing(noReply, noReply)
  expect(await failureOf((await open(0)).read('git:https://git.example.com', 'ann'))).toMatchObject({
    code: 'timeout',
    stuck: false,
  })
})

test('another failure is final', async () => {
  const { open, asked } = failing('AccessDenied')
  expect(await failureOf((await open(60_000)).write('git:https://git.example.com', 'ann', 'new'))).toMatchObject({
    code: 'refused',
  })
  expect(asked()).toBe(1)
})
