import {
  chmodSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { userAlong } from '../../src/system/others-home.ts'
import { makeOwnFolder } from '../../src/system/own-folder.ts'
import { installCommands } from '../real/commands.ts'
import { needs } from '../real/require.ts'
import { type Outcome, run } from '../real/run.ts'

const nobody = 65_534

function someFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cb-others-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o755)
  return folder
}

/** Another user's home, in a folder of root. */
function homeOfNobody(): string {
  const home = join(someFolder(), 'home')
  mkdirSync(join(home, '.docker'), { recursive: true })
  writeFileSync(join(home, '.docker', 'config.json'), '{}\n', { mode: 0o600 })
  for (const path of [home, join(home, '.docker'), join(home, '.docker', 'config.json')])
    lchownSync(path, nobody, nobody)
  return home
}

needs('root', process.getuid?.() === 0)('root', () => {
  test('is told the user who owns a folder on the path, also behind links', () => {
    const home = homeOfNobody()
    const folder = join(home, '..')
    const links = { ours: join(folder, 'to-home'), theirs: join(home, 'to-root') }
    symlinkSync(home, links.ours)
    symlinkSync(folder, links.theirs)
    lchownSync(links.theirs, nobody, nobody)
    symlinkSync('circle', join(folder, 'circle'))
    expect(userAlong(join(folder, 'none', 'at', 'all'), 0)).toBeUndefined()
    expect(userAlong(folder, 0)).toBeUndefined()
    expect(userAlong(join(folder, 'circle'), 0)).toBeUndefined()
    for (const path of [home, join(home, 'none'), join(links.ours, 'none'), join(links.theirs, 'none')]) {
      expect(userAlong(path, 0), path).toBe(nobody)
      expect(userAlong(path, nobody), path).toBeUndefined()
      expect(userAlong(path, undefined), path).toBeUndefined()
    }
  })

  test("creates no folder in another user's home", () => {
    const home = homeOfNobody()
    expect(() => makeOwnFolder(join(home, '.local', 'share'), 0)).toThrow(
      expect.objectContaining({
        code: 'refused',
        hints: expect.arrayContaining([`run it as that user: sudo -u '#${nobody}' -H`]),
      }),
    )
    expect(readdirSync(home)).toEqual(['.docker'])
  })
})

needs('root', process.getuid?.() === 0)("our commands, as root in another user's home", () => {
  async function inHome(home: string, command: string, words: readonly string[], input = ''): Promise<Outcome> {
    const folder = join(home, '..', 'commands')
    if (!existsSync(folder)) installCommands(folder)
    const env = { PATH: `${folder}:${process.env['PATH']}`, HOME: home, CREDBRIDGE_STORE: 'vault' }
    return run(command, words, { env, input })
  }

  const credential = 'protocol=https\nhost=git.example.com\nusername=ann\npassword=p\n\n'

  test('find nothing, save nothing, create nothing and say why', async () => {
    const home = homeOfNobody()
    const among = 'is among the files of user 65534, and root creates no files there'
    expect(
      await inHome(home, 'git-credential-credbridge', ['get'], 'protocol=https\nhost=git.example.com\n\n'),
    ).toMatchObject({
      stdout: '',
      stderr: '',
    })
    for (const [command, words] of [
      ['git-credential-credbridge', ['store']],
      ['credbridge', ['set', 'https://git.example.com', 'ann']],
      ['credbridge', ['vault', 'add-slot', 'key-file']],
      ['credbridge', ['use', 'vault']],
      ['credbridge', ['setup', 'docker', '--no-prove']],
    ] as const) {
      const { stderr } = await inHome(home, command, words, credential)
      expect(stderr, `${command} ${words.join(' ')}`).toContain(among)
      expect(stderr).toContain(`sudo -u '#65534' -H`)
    }
    expect(readdirSync(home, { recursive: true }).sort()).toEqual(['.docker', '.docker/config.json'])
    expect(readFileSync(join(home, '.docker', 'config.json'), 'utf8')).toBe('{}\n')
  })
})
