import { beforeAll, describe, expect, test } from 'vitest'
import { isStandalone, message, needsWindows, type Windows, windows } from './world.ts'

/*
 * Many calls at once: on Windows no file can be replaced while a reader has it open. No call may fail, and nothing that
 * was saved may be lost.
 */

let it: Windows

/** Runs these, so many at a time. */
async function atOnce<T>(count: number, works: readonly (() => Promise<T>)[]): Promise<readonly T[]> {
  const results: T[] = []
  const waiting = [...works.entries()]
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results[next[0]] = await next[1]()
  }
  await Promise.all(Array.from({ length: count }, worker))
  return results
}

needsWindows('calls at once on Windows', () => {
  beforeAll(() => {
    it = windows(isStandalone ? 'At Once Alone' : 'At Once')
  })

  describe.each(['keychain', 'vault'])('in the %s', (store) => {
    const env = { CREDBRIDGE_STORE: store }
    const host = (number: number) => `h${number}.${store}.at-once.example.com`
    const git = (verb: string, lines: readonly string[]) =>
      it.run('git-credential-credbridge', [verb], { input: message(lines), env })
    const sign = (number: number) => [
      'protocol=https',
      `host=${host(number)}`,
      'username=ann',
      `password=secret ${number}`,
    ]

    test('100 mixed calls lose nothing and fail nothing', { timeout: 300_000 }, async () => {
      const save = (number: number) => () => git('store', sign(number))
      const find = (number: number) => () => git('get', sign(number).slice(0, 2))
      const list = () => it.run('credbridge', ['list'], { env })
      await git('store', sign(0)) // makes the vault
      const works = Array.from({ length: 33 }, (_, at) => [save(at + 1), find(at), list]).flat()
      const outcomes = await atOnce(10, [...works, save(34)])
      expect(outcomes).toHaveLength(100)
      const failed = outcomes.filter(({ exitCode, stderr }) => exitCode !== 0 || stderr !== '')
      expect(failed.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual([])
      const { stdout } = await list()
      for (let number = 0; number <= 34; number++) expect(stdout).toContain(`https://${host(number)} `)
      for (const number of [0, 17, 34]) {
        expect(await find(number)()).toMatchObject({
          exitCode: 0,
          stdout: expect.stringContaining(`password=secret ${number}\n`),
          stderr: '',
        })
      }
    })
  })
})
