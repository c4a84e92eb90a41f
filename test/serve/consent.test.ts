import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../src/core/endpoint.ts'
import { consentFor } from '../../src/serve/consent.ts'
import type { Grant } from '../../src/serve/grant.ts'
import { lastingFile } from '../../src/serve/live-grants.ts'
import type { Question, Word } from '../../src/serve/question.ts'
import { questionLines } from '../../src/serve/question.ts'
import { readSaid, writeSaid } from '../../src/serve/remembered.ts'
import { someone } from '../asker.ts'
import { expectFailure } from '../stores/contract-world.ts'
import { credentialAt, gitlab, serveWorld, userId } from './serve-world.ts'

const asking: Grant = { name: 'box', saves: false, ask: 'first', userIds: [userId] }
const other = 'https://other.example.com'

/** A person who gives these answers, one after the other. */
function person(...answers: readonly (Word | undefined)[]) {
  const asked: Question[] = []
  return {
    asked,
    askPerson: async (question: Question) => answers[asked.push(question) - 1],
  }
}

const find = (world: Awaited<ReturnType<typeof serveWorld>>, url = gitlab, tool = 'git') =>
  world.far.broker({ ...someone, tool }).find({ tool, kinds: ['basic'], endpoints: [parseAddress(url)] })

describe('a person', () => {
  test('is asked with the names of who asks, and for the account that would be given', async () => {
    const { asked, askPerson } = person('once')
    const world = await serveWorld(asking, [credentialAt(gitlab)], { askPerson })
    expect((await find(world))?.user).toBe('ann')
    expect(asked).toEqual([{ grant: 'box', does: 'find', tool: 'git', endpoint: gitlab, account: 'ann' }])
  })

  test('is shown the account that is kept, and no name that the far side chose for a token', async () => {
    const { asked, askPerson } = person('session')
    const token = credentialAt(gitlab, { account: '', owner: 'go' })
    const world = await serveWorld(asking, [token], { askPerson })
    const ask = (tokenUser: string) =>
      world.far
        .broker({ ...someone, tool: 'git' })
        .find({ tool: 'git', kinds: ['basic'], endpoints: [parseAddress(gitlab)], tokenUser })
    expect((await ask('harmless'))?.user).toBe('harmless')
    expect((await ask('x-token'))?.user).toBe('x-token')
    expect(asked.map(({ account }) => account)).toEqual([''])
    expect(world.log.map(({ account }) => account)).toEqual(['', ''])
  })

  test('is not asked for what is not there', async () => {
    const { asked, askPerson } = person('once')
    const world = await serveWorld(asking, [], { askPerson })
    expect(await find(world)).toBeUndefined()
    expect(asked).toEqual([])
  })

  test('says once: the next use asks again', async () => {
    const { asked, askPerson } = person('once', 'once')
    const world = await serveWorld(asking, [credentialAt(gitlab)], { askPerson })
    await find(world)
    await find(world)
    expect(asked).toHaveLength(2)
  })

  test('says for this session: until the socket is closed', async () => {
    const first = person('session')
    const world = await serveWorld(asking, [credentialAt(gitlab)], first)
    await find(world)
    await find(world)
    expect(first.asked).toHaveLength(1)
    world.close()
    const second = person('once')
    const again = await serveWorld(asking, [credentialAt(gitlab)], { ...second, folder: world.folder })
    await find(again)
    expect(second.asked).toHaveLength(1)
  })

  test('says always: also for the next grant of that name, until it is revoked', async () => {
    const world = await serveWorld(asking, [credentialAt(gitlab)], person('always'))
    await find(world)
    world.close()
    const second = person('once')
    const again = await serveWorld(asking, [credentialAt(gitlab)], { ...second, folder: world.folder })
    await find(again)
    expect(second.asked).toEqual([])
    const file = lastingFile(`${world.folder}/.state`)
    expect(readSaid(file, userId)).toMatchObject([{ grant: 'box', tool: 'git', endpoint: gitlab, word: 'always' }])
    writeSaid(file, [], userId)
    await find(again)
    expect(second.asked).toHaveLength(1)
  })

  test('says never: nothing is given, and that grant asks no more', async () => {
    const { asked, askPerson } = person('never', 'once')
    const world = await serveWorld(asking, [credentialAt(gitlab), credentialAt(other)], { askPerson })
    await expectFailure(find(world), 'refused')
    await expectFailure(find(world, other), 'refused')
    expect(asked).toHaveLength(1)
    expect(world.log.map(({ outcome }) => outcome)).toEqual(['refused', 'refused'])
  })

  test('who does not answer twice is asked no more', async () => {
    const { asked, askPerson } = person(undefined, undefined, 'once')
    const world = await serveWorld(asking, [credentialAt(gitlab)], { askPerson })
    for (let round = 0; round < 3; round++) await expectFailure(find(world), 'refused')
    expect(asked).toHaveLength(2)
  })

  test('gets one question at a time, and none twice', async () => {
    let open = 0
    let most = 0
    const asked: string[] = []
    const answers: (() => void)[] = []
    const world = await serveWorld(asking, [credentialAt(gitlab), credentialAt(other)], {
      async askPerson({ endpoint }) {
        asked.push(endpoint)
        most = Math.max(most, ++open)
        await new Promise<void>((resolve) => answers.push(resolve))
        open--
        return 'session'
      },
    })
    const finds = [find(world), find(world), find(world, other)]
    while (answers.length < 1) await new Promise((resolve) => setImmediate(resolve))
    answers[0]?.()
    while (answers.length < 2) await new Promise((resolve) => setImmediate(resolve))
    answers[1]?.()
    expect((await Promise.all(finds)).map((one) => one?.user)).toEqual(['ann', 'ann', 'ann'])
    expect(asked.toSorted()).toEqual([gitlab, other].toSorted())
    expect(most).toBe(1)
  })

  test('gets a question for each process and for each save', async () => {
    const asked: string[] = []
    const remembered = { note() {}, wordFor: () => undefined, grantsAny: () => false }
    const consent = consentFor(asking, remembered, async ({ does, process }) => {
      asked.push(`${does} ${process}`)
      return 'once'
    })
    const find = { grant: 'box', does: 'find', tool: 'git', endpoint: gitlab, account: 'ann', process: 'git' } as const
    const save = { ...find, does: 'save' } as const
    const all = [find, find, { ...find, process: 'sh' }, save, save].map((question) => consent.ask(question))
    const anew = [save, save].map((question) => consent.askAnew(question))
    expect(await Promise.all([...all, ...anew])).toEqual(Array.from({ length: 7 }, () => true))
    expect(asked).toEqual(['find git', 'find sh', ...Array.from({ length: 4 }, () => 'save git')])
  })

  test('is asked each time where the grant says so', async () => {
    const { asked, askPerson } = person('always', 'once')
    const world = await serveWorld({ ...asking, ask: 'each' }, [credentialAt(gitlab)], { askPerson })
    await find(world)
    await find(world)
    expect(asked).toHaveLength(2)
  })

  test('who cannot be asked is no reason to give anything', async () => {
    const world = await serveWorld(asking, [credentialAt(gitlab)])
    await expectFailure(find(world), 'refused')
  })

  test('who asks no more is no way to learn what is kept: the answer is the same, and nothing is read', async () => {
    const { askPerson } = person('never')
    const world = await serveWorld(asking, [credentialAt(gitlab), credentialAt(`${other}/team`)], { askPerson })
    await expectFailure(find(world), 'refused')
    world.read.splice(0)
    for (const url of [gitlab, `${other}/team`, 'https://nothing.example.com']) {
      await expect(find(world, url)).rejects.toThrow(`box may not find at ${url}: the person`)
    }
    expect(world.read).toEqual([])
  })

  test('a refusal names what was asked for, and not what an alias stands for', async () => {
    const aliases = { 'alias.example.com': 'gitlab.example.com' }
    const world = await serveWorld(asking, [credentialAt(gitlab)], { aliases, ...person('never') })
    await expect(find(world, 'https://alias.example.com')).rejects.toThrow('may not find at https://alias.example.com:')
  })

  test('what was granted before is still given, and what is not there is refused like the rest', async () => {
    const { askPerson } = person('session', 'never')
    const world = await serveWorld(asking, [credentialAt(gitlab), credentialAt(other)], { askPerson })
    await find(world)
    await expectFailure(find(world, other), 'refused')
    expect((await find(world))?.user).toBe('ann')
    await expectFailure(find(world, 'https://nothing.example.com'), 'refused')
  })

  test('lists only what was agreed to', async () => {
    const world = await serveWorld(asking, [credentialAt(gitlab), credentialAt(other)], person('session'))
    const list = () => world.far.broker({ ...someone, tool: 'git' }).listFor({ tool: 'git', kinds: ['basic'] })
    expect(await list()).toEqual([])
    await find(world)
    expect((await list()).map(({ endpoint }) => endpoint.key)).toEqual([gitlab])
  })

  test('reads names that move, reorder or hide nothing', () => {
    const lines = questionLines({
      grant: 'box\u001b[2J',
      does: 'find',
      tool: 'git\u202e\u0000',
      endpoint: `${gitlab}/${'x'.repeat(500)}`,
      account: 'ann\nat: https://harmless.example.com',
    })
    expect(lines).toHaveLength(4)
    for (const line of lines) {
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      expect([...line].length).toBeLessThan(130)
    }
  })
})

test('of a long name the middle is left out, because of a path the end tells most', () => {
  const path = `sandbox in /home/ann/${'deep/'.repeat(40)}project`
  const question = { grant: path, does: 'find', tool: 'git', endpoint: gitlab, account: 'ann' } as const
  const [line = ''] = questionLines(question)
  const name = line.replace(' wants the credential', '')
  expect([...name]).toHaveLength(80)
  expect(name).toMatch(/^sandbox in \/home\/ann\/deep.*….*deep\/project$/)
})
