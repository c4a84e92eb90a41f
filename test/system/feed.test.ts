import { expect, test } from 'vitest'
import { feedDetached } from '../../src/system/feed.ts'
import { needs, programOnPath } from '../real/require.ts'

const program = programOnPath('true')
needs('true', program !== undefined)('a program that is started and goes on', () => {
  test('may end at once, if it is given nothing', async () => {
    for (let times = 0; times < 50; times++) await feedDetached(process.env, program ?? '', [], '')
  })

  test('is a failure if it does not exist', async () => {
    await expect(feedDetached(process.env, '/none/such', [], '')).rejects.toThrow('cannot be started')
  })
})
