import { expect, test } from 'vitest'
import { heldLines } from '../../src/commands/held-lines.ts'

test('no line is said while a question is open, and none is lost', async () => {
  const said: string[] = []
  const { say, around } = heldLines((line) => said.push(line))
  let answer = (_: string) => {}
  const ask = around((question: string) => {
    said.push(question)
    return new Promise<string>((resolve) => (answer = resolve))
  })
  say('before')
  const word = ask('may it?')
  say('during')
  say('flood')
  expect(said).toEqual(['before', 'may it?'])
  answer('once')
  expect(await word).toBe('once')
  say('after')
  expect(said).toEqual(['before', 'may it?', 'during', 'flood', 'after'])
})

test('what is held is said also if the question fails or the command ends', async () => {
  const said: string[] = []
  const { say, around, end } = heldLines((line) => said.push(line))
  const failing = around(async () => {
    say('during')
    throw new Error('no terminal')
  })
  await expect(failing('may it?')).rejects.toThrow('no terminal')
  void around(() => new Promise(() => {}))('may it?')
  say('at the end')
  end()
  expect(said).toEqual(['during', 'at the end'])
})
