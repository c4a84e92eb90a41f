import { expect } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, usual } from '../real/depth.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { type Answer, onTerminal } from '../real/typing.ts'
import { start } from './vault-world.ts'

/* Without an endpoint, a person on a terminal picks one of what is kept. */

const question = 'Which one? Its number, or letters to search for: '

async function world() {
  const it = await start()
  await it.set('https://git.example.com', 'ann', 'of ann')
  await it.set('https://git.example.com/team', 'bob', 'of bob')
  await it.run('credbridge', ['set', '--service', 'my service', 'Carol'], { input: 'of carol' })
  const on = async (answers: readonly string[], ...words: readonly string[]) => {
    const typed = answers.map((answer): Answer => [question, `${answer}\r`])
    const { stdout, exitCode } = await it.run('python3', onTerminal(typed, 'credbridge', ...words))
    return [stdout.replaceAll('\r\n', '\n'), exitCode]
  }
  return { ...it, on }
}

const all = `#  ENDPOINT                      ACCOUNT
1  https://git.example.com       ann
2  https://git.example.com/team  bob
3  my service                    Carol
`

needs('the build (npm run build)', built)('built', () => {
  needsPrograms('python3')('without an endpoint', () => {
    usual.each<[string, readonly string[], string]>([
      ['a number', ['2'], `${all}${question}2\nof bob\n`],
      ['letters', ['CAROL'], `${all}${question}CAROL\nof carol\n`],
      ['parts of it', ['git bob'], `${all}${question}git bob\nof bob\n`],
    ])('%s picks one', async (_, answers, screen) => {
      const { on } = await world()
      expect(await on(answers, 'get', '--show')).toEqual([screen, 0])
    })

    usual('letters narrow it down, and numbers count what is shown', async () => {
      const { on } = await world()
      const fewer =
        '#  ENDPOINT                      ACCOUNT\n1  https://git.example.com       ann\n2  https://git.example.com/team  bob\n'
      expect(await on(['zzz', 'git', '3', ''], 'get', '--show')).toEqual([
        `${all}${question}zzz
nothing has these letters
${all}${question}git
${fewer}${question}3
nothing has these letters
${fewer}${question}
nothing was chosen
`,
        1,
      ])
    })

    thorough('the other commands pick, too, and remove still asks', async () => {
      const { on, credbridge } = await world()
      expect(await on(['1'], 'default')).toEqual([
        `${all}${question}1\nann is now the default at https://git.example.com\n`,
        0,
      ])
      expect(await on(['1'], 'share', '--with', 'docker')).toEqual([
        `${all}${question}1\nann at https://git.example.com is now shared with docker\n`,
        0,
      ])
      await credbridge('remove', 'https://git.example.com')
      expect(await on(['ann'], 'restore')).toEqual([
        `#  ENDPOINT                 ACCOUNT
1  https://git.example.com  ann
${question}ann
ann at https://git.example.com is back, saved by person
`,
        0,
      ])
    })

    thorough('nobody picks in vain', async () => {
      const { on } = await world()
      expect((await on([], 'get'))[0]).toMatch(/^credbridge: the secret would be shown on the terminal\n/)
    })

    usual('where nothing is kept, get asks for no option first', async () => {
      const it = await start()
      const { stdout, exitCode } = await it.run('python3', onTerminal([], 'credbridge', 'get'))
      expect([stdout, exitCode]).toEqual(['nothing is kept\r\n', 1])
    })

    thorough('where nothing is kept, that is said; where nobody types, the word is missing', async () => {
      const it = await start()
      const { stdout, exitCode } = await it.run('python3', onTerminal([], 'credbridge', 'remove'))
      expect([stdout, exitCode]).toEqual(['nothing is kept\r\n', 1])
      for (const command of ['get', 'remove', 'default', 'restore', 'set'])
        expect(await it.credbridge(command)).toMatchObject({
          stderr: "credbridge: missing required argument 'endpoint'\nhint: credbridge list\n",
          exitCode: 2,
        })
    })

    thorough('set asks for all that is missing', async () => {
      const it = await start()
      const typed: readonly Answer[] = [
        ['Endpoint: ', 'git.example.com/x\r'],
        ['User name: ', 'ann\r'],
        [': ', 's3cret\r'],
      ]
      expect((await it.run('python3', onTerminal(typed, 'credbridge', 'set'))).stdout.replaceAll('\r\n', '\n')).toBe(
        `Endpoint: git.example.com/x
note: git.example.com/x means https://git.example.com/x
User name: ann
Secret for https://git.example.com/x: 
kept for https://git.example.com/x
`,
      )
    })
  })
})
