import { chownSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { start, type VaultWorld } from '../commands/vault-world.ts'
import { built } from '../real/commands.ts'
import { needs } from '../real/require.ts'

/* CREDBRIDGE_TRACE, by the built commands. */

const at = 'https://git.example.com'
const secret = 'xyzzy-s3cret'
const request = 'protocol=https\nhost=git.example.com\n'

const asGit = (world: VaultWorld, trace: string, verb = 'get', more = '') =>
  world.run('git-credential-credbridge', [verb], {
    input: `${request}${more}\n`,
    more: { CREDBRIDGE_TRACE: trace },
  })

async function filled(): Promise<VaultWorld> {
  const world = await start()
  await world.run('credbridge', ['set', at, 'ann'], { input: secret })
  return world
}

needs('the build (npm run build)', built)('built', () => {
  describe('what is written', () => {
    test('names, times and decisions of a call, and the answer is the same', async () => {
      const world = await filled()
      await world.run('credbridge', ['set', at, 'bob'], { input: secret })
      const file = join(world.session.folder, 'trace')
      const { stdout, stderr, exitCode } = await asGit(world, file)
      expect({ stdout, stderr, exitCode }).toEqual({
        stdout: `username=bob\npassword=${secret}\n`,
        stderr: '',
        exitCode: 0,
      })
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
      const line = /^\d{4}-\d\d-\d\dT[\d:.]+Z \d+ git-credential-credbridge \+\d+\.\d ms (.*)$/
      const said = lines.map((one) => line.exec(one)?.[1]?.replace(/\d+\.\d ms/g, 'T'))
      expect(said).toEqual([
        expect.stringMatching(/^begins: credbridge \d/),
        `git asks for ${at}, any user, basic`,
        `vault finds ${at}: 3 items, T`,
        `rule default leaves out "ann" of person at ${at}`,
        `git asked for ${at}: gets "bob" of person at ${at}, T`,
        'ends with exit code 0',
      ])
    })

    test("people's commands too, with failures; to standard error for 1", async () => {
      const world = await filled()
      const { stderr } = await world.run('credbridge', ['get', at], { more: { CREDBRIDGE_TRACE: '1' } })
      expect(stderr).toMatch(/ credbridge \+\d+\.\d ms command get\n/)
      expect(stderr).toContain(` person asks for ${at}, any user`)
      const more = { CREDBRIDGE_TRACE: '1', CREDBRIDGE_STORE: 'secret-service' }
      const broken = await world.run('git-credential-credbridge', ['get'], { input: `${request}\n`, more })
      expect(broken).toMatchObject({ exitCode: 1, stdout: '' })
      expect(broken.stderr).toMatch(/ secret-service finds .*: failed, unavailable, .*, \d+\.\d ms\n/)
    })

    test('appends, for its user alone, and never a secret or its length', async () => {
      const world = await start()
      const file = join(world.session.folder, 'trace')
      const more = { CREDBRIDGE_TRACE: file }
      const odd = 'n0t-a-real-one'.repeat(173)
      await world.run('credbridge', ['set', at, 'ann'], { input: odd, more })
      await asGit(world, file)
      await asGit(world, file, 'store', `username=eve\npassword=${odd}x\n`)
      await asGit(world, file, 'erase', `username=ann\npassword=${odd}\n`)
      await world.run('docker-credential-credbridge', ['get'], { input: `${odd}\u0000`, more })
      await world.run('credbridge-go', [`https://ann:${odd}@git.example.com/`], { more })
      for (const words of [['list'], ['explain', at], ['doctor']]) await world.run('credbridge', words, { more })
      const text = readFileSync(file, 'utf8')
      expect(text.match(/ begins: /g)?.length).toBe(11) // doctor asks docker's helpers, too
      expect(text).not.toContain('n0t-a-real')
      expect(text).not.toMatch(new RegExp(`\\b(${odd.length}|${odd.length + 1})\\b`))
      expect(statSync(file).mode & 0o777).toBe(0o600)
    })

    test('a name with a line end makes no line of its own', async () => {
      const world = await start()
      const file = join(world.session.folder, 'trace')
      const more = { CREDBRIDGE_TRACE: file }
      await world.run('credbridge-keyring', ['set', 'a\nb\u001b[2J', 'c\nd'], { input: secret, more })
      expect(readFileSync(file, 'utf8')).not.toMatch(/^(b|d)/m)
      expect(readFileSync(file, 'utf8')).not.toContain('\u001b')
    })
  })

  describe('a trace that cannot be written breaks no call', () => {
    test.each([
      ['a folder that is not there', () => '/nowhere/trace'],
      ['a relative path', () => 'trace'],
      ['a folder', (folder: string) => folder],
      ['a full disk', () => '/dev/full'],
      [
        'a link',
        (folder: string) => {
          symlinkSync(join(folder, 'target'), join(folder, 'link'))
          return join(folder, 'link')
        },
      ],
      [
        'a second name of a file',
        (folder: string) => {
          writeFileSync(join(folder, 'target'), 'before')
          linkSync(join(folder, 'target'), join(folder, 'second'))
          return join(folder, 'second')
        },
      ],
    ])('%s', async (_, make) => {
      const world = await filled()
      const folder = join(world.session.folder, 'traces')
      mkdirSync(folder)
      const { stdout, stderr, exitCode } = await asGit(world, make(folder))
      expect({ stdout, exitCode }).toEqual({ stdout: `username=ann\npassword=${secret}\n`, exitCode: 0 })
      expect(stderr).toMatch(/^credbridge: no trace is written to .*\n$/)
    })

    needs('root', process.getuid?.() === 0)('another user', () => {
      test("goes through no link and no folder of another user's", async () => {
        const world = await filled()
        const folder = join(world.session.folder, 'theirs')
        mkdirSync(folder)
        chownSync(folder, 12_345, 12_345)
        const { stdout, stderr } = await asGit(world, join(folder, 'trace'))
        expect(stdout).toContain(secret)
        expect(stderr).toContain('belongs to another user')
      })
    })
  })
})
