import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ourselves, person } from '../../src/core/credential.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import { Failure } from '../../src/core/failure.ts'
import { Secret } from '../../src/core/secret.ts'
import { logFiles } from '../../src/engine/audit.ts'
import { covers } from '../../src/serve/grant.ts'
import { type Question, questionLines } from '../../src/serve/question.ts'
import { someone } from '../asker.ts'
import { expectFailure } from '../stores/contract-world.ts'
import { credentialAt, findLine, gitlab, grantFor, hello, hostile, serveWorld } from './serve-world.ts'

const git = { ...someone, tool: 'git' }
const lookup = (url: string, more: object = {}) => ({
  tool: 'git',
  kinds: ['basic'] as const,
  endpoints: [parseAddress(url)],
  ...more,
})

describe('a grant', () => {
  test.each([
    [gitlab, gitlab, true],
    [gitlab, `${gitlab}/team/app`, true],
    [gitlab, 'https://GitLab.example.com:443/', true],
    [gitlab, 'https://user:pass@gitlab.example.com/a?b#c', true],
    [gitlab, 'http://gitlab.example.com', false],
    [gitlab, 'https://gitlab.example.com:8443', false],
    [gitlab, 'https://gitlab.example.com.evil.example', false],
    [gitlab, 'https://a.gitlab.example.com', false],
    [`${gitlab}/team`, `${gitlab}/team`, true],
    [`${gitlab}/team`, `${gitlab}/team/app/`, true],
    [`${gitlab}/team`, `${gitlab}/team/../other`, false],
    [`${gitlab}/team`, `${gitlab}/team/%2e%2e/other`, false],
    [`${gitlab}/team`, `${gitlab}/team/.%2E`, false],
    [`${gitlab}/team`, `${gitlab}/other/../team/app`, true],
    [`${gitlab}/team`, `${gitlab}/teams`, false],
    [`${gitlab}/team`, gitlab, false],
    ['https://docker.io', 'https://index.docker.io/v1/', true],
  ])('for %s has room for %s: %s', (allowed, asked, isCovered) => {
    expect(covers(grantFor(allowed), parseAddress(asked))).toBe(isCovered)
  })

  test('gives one finished answer, and nothing that belongs to the machine that serves', async () => {
    const secrets = { refreshToken: new Secret('refresh-9c1'), parts: { former: new Secret('part-9c1') } }
    const item = credentialAt(gitlab, { owner: 'docker', ...secrets, expires: 4_102_444_800 })
    const world = await serveWorld(grantFor(gitlab), [item])
    const answer = await world.far.broker(git).find(lookup(gitlab))
    expect(answer?.user).toBe('ann')
    expect(answer?.credential.secret.expose()).toBe(`at ${gitlab}`)
    const { secret: _, ...rest } = answer?.credential ?? {}
    expect(rest).toEqual({
      owner: 'git',
      endpoint: parseAddress(gitlab),
      account: 'ann',
      kind: 'basic',
      expires: 4_102_444_800,
    })
  })

  test('reads nothing outside: neither the request, nor a parent, nor an alias', async () => {
    const outside = ['https://other.example.com', gitlab, `${gitlab}/team`]
    const items = [...outside.map((url) => credentialAt(url)), credentialAt('https://alias.example.com/team/app')]
    const aliases = { 'gitlab.example.com': 'alias.example.com' }
    const world = await serveWorld(grantFor(`${gitlab}/team/app`), items, { aliases })
    const broker = world.far.broker(git)
    const endpoints = [`${gitlab}/team/app`, ...outside].map(parseAddress)
    expect(await broker.find({ ...lookup(gitlab), endpoints })).toBeUndefined()
    expect(await broker.find(lookup('https://other.example.com'))).toBeUndefined()
    expect(new Set(world.read)).toEqual(new Set([`${gitlab}/team/app`]))
    expect(await broker.listFor({ tool: 'git', kinds: ['basic'] })).toEqual([])
    expect(await world.far.broker({ ...someone, tool: person }).list()).toEqual([])
  })

  test.each([ourselves, 'python-notes', 'credbridge@x', '', 'a b', '../git', 'Git\n'])(
    'is for no tool that calls itself %j',
    async (tool) => {
      const item = credentialAt(gitlab, { owner: tool })
      const world = await serveWorld(grantFor(gitlab), [item])
      expect(await world.far.broker({ ...someone, tool }).find({ ...lookup(gitlab), tool })).toBeUndefined()
      expect(world.read).toEqual([])
    },
  )

  test('for some tools is for no other, whatever configuration they have', async () => {
    const world = await serveWorld({ ...grantFor(gitlab), tools: ['docker'] }, [credentialAt(gitlab)])
    const ask = (tool: string) => world.far.broker({ ...someone, tool }).find({ ...lookup(gitlab), tool })
    expect(await ask('git')).toBeUndefined()
    expect((await ask('docker'))?.user).toBe('ann')
    expect((await ask('docker@work'))?.user).toBe('ann')
    expect(world.log.map(({ tool, outcome }) => `${tool} ${outcome}`)).toEqual([
      'git outside',
      'docker granted',
      'docker@work granted',
    ])
  })

  test('that only finds takes what it gave for done, and refuses anything else', async () => {
    const world = await serveWorld(grantFor(gitlab), [credentialAt(gitlab)])
    const broker = world.far.broker(git)
    const same = credentialAt(gitlab)
    // Before it was answered it could only be a guess.
    await expectFailure(broker.save(same), 'refused')
    await broker.find(lookup(gitlab))
    expect(await broker.save(same, { repeats: true })).toBe('unchanged')
    await expectFailure(broker.save({ ...same, secret: new Secret('other') }), 'refused')
    await expectFailure(broker.save(credentialAt('https://other.example.com')), 'refused')
    expect(await broker.remove({ ...lookup(gitlab), endpoint: parseAddress(gitlab) })).toBe(true)
    const [left] = await world.kept.find(someone, [parseAddress(gitlab)])
    expect(left).toMatchObject({ account: 'ann', owner: 'git' })
  })

  test('that saves asks before it replaces, adds an account or removes, even if it never asks', async () => {
    const asked: string[] = []
    const grant = { ...grantFor(gitlab), saves: true }
    const world = await serveWorld(grant, [credentialAt(gitlab)], {
      async askPerson({ does, endpoint, replaces }) {
        asked.push(`${does} ${endpoint} ${replaces}`)
        return 'once'
      },
    })
    const broker = world.far.broker(git)
    expect(await broker.save(credentialAt(gitlab, { account: 'bob' }))).toBe('saved')
    expect(await broker.save(credentialAt(gitlab, { secret: new Secret('newer') }))).toBe('saved')
    expect(await broker.remove({ ...lookup(gitlab), endpoint: parseAddress(gitlab), account: 'bob' })).toBe(true)
    expect(asked).toEqual([`save ${gitlab} true`, `save ${gitlab} true`, `remove ${gitlab} undefined`])
    await expectFailure(broker.save(credentialAt('https://other.example.com')), 'refused')
  })

  test('that saves and never asks adds without a question only where nothing has answered', async () => {
    const asked: string[] = []
    const [team, later] = [`${gitlab}/team`, 'https://later.example.com']
    const aliases = { 'alias.example.com': 'later.example.com' }
    const grant = { ...grantFor(gitlab, later, 'https://alias.example.com'), saves: true }
    const more = [credentialAt(later, { owner: 'docker' })]
    const options = {
      aliases,
      more,
      async askPerson({ endpoint }: Question) {
        asked.push(endpoint)
        return 'once' as const
      },
    }
    const world = await serveWorld(grant, [credentialAt(team)], options)
    const broker = world.far.broker(git)
    expect(await broker.save(credentialAt(`${gitlab}/new`))).toBe('saved')
    expect(asked).toEqual([])
    expect(await broker.save(credentialAt(`${team}/app`))).toBe('saved')
    expect(await broker.save(credentialAt(`${later}/x`))).toBe('saved')
    expect(await broker.save(credentialAt('https://alias.example.com'))).toBe('saved')
    expect(asked).toEqual([`${team}/app`, `${later}/x`, 'https://alias.example.com'])
  })

  test('that saves says what a save or a removal takes with it', async () => {
    const asked: string[][] = []
    const items = ['ann', 'bob'].map((account) => credentialAt(gitlab, { account, owner: 'docker' }))
    const world = await serveWorld({ ...grantFor(gitlab), saves: true }, items, {
      async askPerson(question) {
        asked.push(questionLines(question).slice(0, 2))
        return 'once'
      },
    })
    const broker = world.far.broker({ ...someone, tool: 'docker' })
    const eve = credentialAt(gitlab, { account: 'eve', owner: 'docker' })
    expect(await broker.save(eve, { oneAccount: true })).toBe('saved')
    const removal = { tool: 'docker', kinds: ['basic'], endpoint: parseAddress(gitlab) } as const
    expect(await broker.remove({ ...removal, account: 'eve' })).toBe(true)
    expect(await broker.save(eve)).toBe('saved')
    expect(await broker.remove(removal)).toBe(true)
    expect(asked).toEqual([
      ['box wants to save a credential in place of all that this program has there', '  of: eve'],
      ['box wants to remove the credential', '  of: eve'],
      ['box wants to remove all credentials of its own', '  of: (all accounts)'],
    ])
  })

  test('whose time is over gives nothing', async () => {
    const world = await serveWorld({ ...grantFor(gitlab), until: Date.now() - 1 }, [credentialAt(gitlab)])
    await expectFailure(world.far.broker(git).find(lookup(gitlab)), 'unavailable')
    expect(world.read).toEqual([])
  })

  test('is closed to other users, and so is the log, which has no secret', async () => {
    const world = await serveWorld(grantFor(gitlab), [credentialAt(gitlab)])
    expect(statSync(dirname(world.path)).mode & 0o777).toBe(0o700)
    await world.far.broker(git).find(lookup(gitlab))
    const [file] = logFiles(`${world.folder}/.state`)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(JSON.stringify(world.log)).not.toContain(`at ${gitlab}`)
    expect(world.log).toMatchObject([
      { caller: 'box', tool: 'git', verb: 'find', endpoint: gitlab, account: 'ann', outcome: 'granted' },
    ])
  })

  test('tells of a failure by a text of its own, with no path or command of the machine that serves', async () => {
    const world = await serveWorld(grantFor(gitlab), [], {
      async failing() {
        throw new Failure('unavailable', '/home/ann/bin/print-token failed')
      },
    })
    const client = await hostile(world.path)
    client.send(hello + findLine([gitlab]))
    await client.line()
    const line = (await client.line()) ?? ''
    expect(JSON.parse(line)).toMatchObject({ failure: { code: 'unavailable' } })
    expect(line).not.toMatch(/home|print-token/)
  })

  test('is told each use, and logs equal ones once, without the middle of long names', async () => {
    const world = await serveWorld(grantFor(gitlab), [credentialAt(gitlab)])
    const broker = world.far.broker(git)
    for (let count = 0; count < 3; count++) await broker.find(lookup(gitlab))
    await broker.find(lookup(gitlab, { account: 'x'.repeat(4000) }))
    expect(world.log.map(({ outcome }) => outcome)).toEqual(['granted', 'granted', 'granted', 'absent'])
    const [file] = logFiles(`${world.folder}/.state`)
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).account)).toEqual(['ann', `${'x'.repeat(99)}…${'x'.repeat(100)}`])
  })

  test('ends with its socket: nobody answers, and no other store is asked', async () => {
    const world = await serveWorld(grantFor(gitlab), [credentialAt(gitlab)])
    world.close()
    await expectFailure(world.far.broker(git).find(lookup(gitlab)), 'unavailable')
  })
})
