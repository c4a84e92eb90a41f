import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { atEndOfSuite } from './real/at-end.ts'
import { built } from './real/commands.ts'
import { baoProgram, needsOpenbao, type Openbao, startOpenbao } from './real/openbao.ts'
import { needs } from './real/require.ts'
import { type Outcome, run } from './real/run.ts'
import { type Answer, onTerminal } from './real/typing.ts'
import { startWorld, type World } from './real/world.ts'

/* Every command of docs/team.md, in its order, by the administrator and two people on machines of their own. */

interface Block {
  readonly by: string
  readonly lines: readonly string[]
}

const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'team.md'), 'utf8')

function blocksOf(language: string): readonly Block[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n# (\\S+)\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, by = '', text = '']) => ({ by, lines: text.trimEnd().split('\n') }),
  )
}

needs('the build (npm run build)', built)('built', () => {
  needsOpenbao('docs/team.md', () => {
    let bao: Openbao
    let folder: string
    const people = new Map<string, World>()
    const atEnd = atEndOfSuite()
    beforeAll(async () => {
      bao = await startOpenbao(atEnd)
      folder = mkdtempSync(join(tmpdir(), 'cb-team-'))
      atEnd(async () => rmSync(folder, { recursive: true, force: true }))
      symlinkSync(baoProgram ?? '', join(folder, 'bao'))
      for (const { by, lines } of blocksOf('hcl')) writeFileSync(join(folder, by), `${lines.join('\n')}\n`)
      for (const name of ['ann', 'bob']) people.set(name, await startWorld('no-bus', atEnd))
    })

    const administrate = (line: string) =>
      run('sh', ['-c', `cd ${folder} && ${line}`], {
        env: { PATH: `${folder}:${process.env['PATH']}`, HOME: folder, BAO_ADDR: bao.address, BAO_TOKEN: bao.root },
        input: 'a password',
      })

    let sent = ''
    let secrets = 0

    /** The command on a terminal, with what a person types. */
    async function typed(name: string, line: string): Promise<Outcome> {
      const world = people.get(name)
      if (world === undefined) return expect.unreachable(`${name} is nobody`)
      const command = line.replace('https://bao.example.com:8200', bao.address)
      secrets++
      const answers: readonly (readonly [string, readonly Answer[]])[] = [
        ['login', [['Password', 'a password\r']]],
        ['credbridge set', [['Secret', `secret ${secrets}\r`]]],
        ['--with-team', [['?', 'y\r']]],
        [
          'receive',
          [
            ['Token', `${sent}\r`],
            ['?', 'y\r'],
          ],
        ],
      ]
      const [, mine = []] = answers.find(([word]) => line.includes(word)) ?? []
      // Where nobody is asked, the output is a pipe: a secret is not shown on a terminal.
      const outcome =
        mine.length === 0
          ? await world.run('sh', ['-c', command])
          : await world.run('python3', onTerminal(mine, 'sh', '-c', command))
      if (line.includes('credbridge send')) sent = outcome.stdout.trim()
      return outcome
    }

    test('works as it stands there', async () => {
      const said: string[] = []
      const blocks = blocksOf('sh')
      expect(blocks.map(({ by }) => by)).toContain('bob')
      for (const { by, lines } of blocks) {
        for (const line of lines) {
          const outcome = by === 'administrator' ? await administrate(line) : await typed(by, line)
          expect({ line, exitCode: outcome.exitCode, said: outcome.stdout + outcome.stderr }).toMatchObject({
            line,
            exitCode: 0,
          })
          said.push(`${by}: ${outcome.stdout}`)
        }
      }
      const got = said.filter((text) => text.startsWith('bob: secret'))
      expect(got).toHaveLength(1)
      const bob = people.get('bob')
      expect(await bob?.credbridge('get', 'https://registry.example.com')).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('does not know the sign-in any more'),
      })
      const ann = people.get('ann')
      expect((await ann?.credbridge('get', 'https://registry.example.com'))?.stdout).toMatch(/^secret \d+\n$/)
    }, 120_000)
  })
})
