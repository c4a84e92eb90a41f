import { expect, onTestFinished } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, thoroughly, usual, usually } from '../real/depth.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { onTerminal } from '../real/typing.ts'
import { startWorld } from '../real/world.ts'
import { start, type VaultWorld } from './vault-world.ts'

const git = 'https://git.example.com'
const controls = String.fromCharCode(27)

/** Three credentials: git's, docker's below the same origin's port, and a person's that ends in an hour. */
async function filled(): Promise<VaultWorld> {
  const world = await start()
  const store = 'protocol=https\nhost=git.example.com\nusername=alice\npassword=p\n\n'
  await world.run('git-credential-credbridge', ['store'], { input: store })
  const login = JSON.stringify({ ServerURL: 'r.example.com:5000', Username: 'bob', Secret: 'd' })
  await world.run('docker-credential-credbridge', ['store'], { input: login })
  const ends = `${store.slice(0, -1).replace('alice', 'carol')}password_expiry_utc=${Math.floor(Date.now() / 1000) + 3_590}\n\n`
  await world.run('git-credential-credbridge', ['store'], { input: ends })
  return world
}

needs('the build (npm run build)', built)('built', () => {
  usual('shows a heading, and ages in words', async () => {
    const world = await filled()
    expect(await world.credbridge('list')).toMatchObject({
      stdout: `ENDPOINT                    ACCOUNT  OWNER   KIND   SAVED
${git}     alice    git     basic  just now
${git}     carol    git     basic  just now
https://r.example.com:5000  bob      docker  basic  just now
`,
      stderr: '',
      exitCode: 0,
    })
  })

  usual('says that nothing is kept, and not to a program', async () => {
    const world = await start()
    expect(await world.credbridge('list')).toMatchObject({ stdout: '', stderr: 'nothing is kept\n', exitCode: 1 })
    expect(await world.credbridge('list', '--json')).toMatchObject({ stdout: '[]\n', stderr: '', exitCode: 1 })
    await world.set(git, 'ann', 's')
    expect(await world.credbridge('list', '--tool', 'docker')).toMatchObject({
      stdout: '',
      stderr: 'nothing like that is kept\n',
      exitCode: 1,
    })
  })

  const filters: readonly (readonly [words: readonly string[], accounts: readonly string[]])[] = [
    [[], ['alice', 'carol', 'dave', 'bob']],
    [[git], ['alice', 'carol', 'dave']],
    [[`${git}/team`], ['dave']],
    [['https://git.example'], []],
    [['--account', 'bob'], ['bob']],
    [
      ['--tool', 'git'],
      ['alice', 'carol'],
    ],
    [
      ['--tool', 'docker'],
      ['alice', 'bob'],
    ],
    [['--tool', 'person'], ['dave']],
    [['--tool', 'git', '--account', 'bob'], []],
    [
      ['--store', 'vault'],
      ['alice', 'carol', 'dave', 'bob'],
    ],
    [['--expires-within', '2h'], ['carol']],
    [['--expires-within', '30m'], []],
  ]

  thorough('filters by endpoint, account, tool, store and expiry', async () => {
    const world = await filled()
    await world.set(`${git}/team`, 'dave', 's')
    await world.credbridge('share', git, 'alice', '--with', 'docker')
    for (const [words, accounts] of filters) {
      const { stdout, exitCode } = await world.credbridge('list', ...words, '--json')
      const shown = JSON.parse(stdout).map(({ account }: { account: string }) => account)
      expect([words, shown, exitCode]).toEqual([words, accounts, accounts.length > 0 ? 0 : 1])
    }
  })

  usual('shows when it ends where that was asked for', async () => {
    const world = await filled()
    expect(
      (await world.credbridge('list', '--expires-within', '1d')).stdout,
    ).toBe(`ENDPOINT                 ACCOUNT  OWNER  KIND   EXPIRES        SAVED
${git}  carol    git    basic  in 59 minutes  just now
`)
    expect(await world.credbridge('list', '--expires-within', 'soon')).toMatchObject({
      stderr: 'credbridge: --expires-within takes a time such as 12h or 7d\n',
      exitCode: 2,
    })
  })

  usually(needsPrograms('dbus-daemon', 'gnome-keyring-daemon'))('two stores', () => {
    usual('are told apart, and each can be seen alone, in use or not', async () => {
      const world = await startWorld('unlocked', onTestFinished)
      const inVault = { more: { CREDBRIDGE_STORE: 'vault' } }
      await world.set(git, 'ann', 's', inVault)
      await world.set(git, 'bob', 's')
      const accounts = async (...words: string[]) =>
        JSON.parse((await world.credbridge('list', '--json', ...words)).stdout).map(
          ({ account, store }: Record<string, string>) => [account, store],
        )
      expect(await accounts()).toEqual([['bob', 'secret-service']])
      expect(await accounts('--store', 'vault')).toEqual([['ann', 'vault']])
      world.settings('stores = ["secret-service", "vault"]\n')
      expect(await accounts()).toEqual([
        ['ann', 'vault'],
        ['bob', 'secret-service'],
      ])
      expect((await world.credbridge('list')).stdout).toMatch(/ KIND {3}STORE {10,}SAVED\n/)
      expect(await world.credbridge('list', '--store', 'nowhere')).toMatchObject({ exitCode: 2 })
    })
  })

  thoroughly(needsPrograms('python3'))('on a terminal', () => {
    const shown = async (columns: number, words: readonly string[] = [], more: Record<string, string> = {}) => {
      const world = await filled()
      await world.set('https://gitlab.example.com/api/v4/projects/7/packages/pypi', 'deploy-token-of-team', 's')
      await world.credbridge('default', git, 'alice')
      const size = { TYPIST_COLUMNS: `${columns}`, TERM: 'xterm', ...more }
      const outcome = await world.run('python3', onTerminal([], 'credbridge', 'list', ...words), { more: size })
      expect(outcome).toMatchObject({ exitCode: 0 })
      return outcome.stdout.replaceAll('\r\n', '\n')
    }
    const plain = (text: string) => text.replaceAll(new RegExp(`${controls}\\[[0-9]+m`, 'g'), '')

    thorough('80 columns, with colours', async () => {
      const screen = await shown(80)
      expect(screen).toMatch(new RegExp(`^${controls}\\[1mENDPOINT${controls}\\[0m`))
      expect(plain(screen)).toBe(`ENDPOINT                           ACCOUNT               OWNER   KIND   SAVED
https://git.example.com            alice                 git     basic  just now
  default
https://git.example.com            carol                 git     basic  just now
https://gitlab.e…/7/packages/pypi  deploy-token-of-team  person  basic  just now
https://r.example.com:5000         bob                   docker  basic  just now
`)
    })

    thorough('50 columns, without colours', async () => {
      expect(await shown(50, ['--no-color'])).toBe(`ENDPOINT                    ACCOUNT       SAVED
https://git.example.com     alice         just now
  default
https://git.example.com     carol         just now
https://gitla…ackages/pypi  deploy-toke…  just now
https://r.example.com:5000  bob           just now
`)
    })

    thorough.each<[readonly string[], Record<string, string>]>([
      [[], { NO_COLOR: '1' }],
      [[], { TERM: 'dumb' }],
    ])('has no colours with %j and %j', async (words, more) => {
      expect(await shown(80, words, more)).not.toContain(controls)
    })
  })
})
