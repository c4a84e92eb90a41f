import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { built, installCommands } from '../real/commands.ts'
import { basic, startGitServer } from '../real/git-server.ts'
import { type Git, machineGit, newerGit } from '../real/gits.ts'
import { needs } from '../real/require.ts'
import { type Outcome, run } from '../real/run.ts'

/*
 * A machine with no session bus and no configuration at all: a home folder, a PATH, git and our commands.
 */

const [user, password] = ['ann', 'a-password-to-look-for']

const askpass = `#!/bin/sh
case $1 in Username*) echo "$ANSWER_USER" ;; *) echo "$ANSWER_PASSWORD" ;; esac
`

interface Bare {
  readonly folder: string
  readonly home: string
  run(command: string, words: readonly string[], more?: Record<string, string>, input?: string): Promise<Outcome>
}

function bareMachine(): Bare {
  const folder = mkdtempSync(join(tmpdir(), 'cb-bare-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [home, temporary] = [join(folder, 'home'), join(folder, 'tmp')]
  for (const made of [home, temporary]) mkdirSync(made, { mode: 0o700 })
  const commands = installCommands(join(folder, 'commands'))
  writeFileSync(join(folder, 'askpass'), askpass)
  chmodSync(join(folder, 'askpass'), 0o755)
  const env = {
    PATH: `${commands}:${process.env['PATH']}`,
    HOME: home,
    TMPDIR: temporary,
    GIT_ASKPASS: join(folder, 'askpass'),
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
  }
  return {
    folder,
    home,
    run: (command, words, more = {}, input = '') => run(command, words, { env: { ...env, ...more }, cwd: home, input }),
  }
}

/** Every file below the folder; links are not followed. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** The ways in which a secret is still readable to whoever looks. */
function readable(secret: string): readonly Buffer[] {
  const bytes = Buffer.from(secret)
  const turned = Buffer.from(secret).reverse()
  const texts = [bytes.toString('hex'), bytes.toString('base64'), basic(user, secret), encodeURIComponent(secret)]
  return [bytes, turned, Buffer.from(secret, 'utf16le'), ...texts.map((text) => Buffer.from(text))]
}

function filesWith(secret: string, folder: string): readonly string[] {
  return filesIn(folder).filter((file) => {
    const content = readFileSync(file)
    return readable(secret).some((shape) => content.includes(shape))
  })
}

function signIn(git: Git): void {
  test(`${git.name}: asks once, keeps it encrypted, and the vault alone tells nobody`, async () => {
    const machine = bareMachine()
    const server = await startGitServer(git, onTestFinished)
    const url = server.repository('r.git')
    server.accept(basic(user, password), user)
    const setUp = await machine.run('credbridge', ['setup', 'git'])
    expect(setUp).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/^credbridge: there is no keychain here/),
    })

    const answers = { ANSWER_USER: user, ANSWER_PASSWORD: password }
    const first = await machine.run(git.program, ['clone', url, 'one'], answers)
    expect(first).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('credbridge') })
    const second = await machine.run(git.program, ['clone', url, 'two'])
    expect(second).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('credbridge') })

    expect(filesIn(machine.home).length).toBeGreaterThan(3)
    expect(filesWith(password, machine.folder)).toEqual([])
    // The search does find what is there.
    writeFileSync(join(machine.folder, 'tmp', 'seen'), `x${Buffer.from(password).toString('base64')}`)
    expect(filesWith(password, machine.folder)).toEqual([join(machine.folder, 'tmp', 'seen')])

    const thief = bareMachine()
    const data = join('.local', 'share', 'credbridge')
    cpSync(join(machine.home, data), join(thief.home, data), { recursive: true })
    const before = filesIn(join(thief.home, data))
    const { host } = new URL(url)
    const asked = `protocol=http\nhost=${host}\n`
    const calls: readonly (readonly [command: string, words: readonly string[], input?: string])[] = [
      ['credbridge', ['get', server.origin]],
      ['credbridge', ['list']],
      ['credbridge', ['move', '--all', '--from', 'vault', '--to', 'vault']],
      ['credbridge', ['set', server.origin, 'bob'], 'of-the-thief'],
      ['credbridge', ['remove', server.origin]],
      ['credbridge', ['restore', server.origin]],
      ['git-credential-credbridge', ['get'], asked],
      ['git-credential-credbridge', ['store'], `${asked}username=bob\npassword=of-the-thief\n`],
      ['docker-credential-credbridge', ['get'], server.origin],
      ['docker-credential-credbridge', ['list']],
      ['credbridge-keyring', ['get', server.origin, user]],
    ]
    for (const settings of [{}, { CREDBRIDGE_STORE: 'vault' }]) {
      for (const [command, words, input] of calls) {
        const outcome = await thief.run(command, words, settings, input)
        const told = [command, ...words, outcome.exitCode, outcome.stdout + outcome.stderr].join(' ')
        expect(outcome.exitCode, told).not.toBe(0)
        expect(outcome.stdout + outcome.stderr).not.toContain(password)
      }
    }
    expect(filesIn(join(thief.home, data))).toEqual(before)
    const keyFile = join('.local', 'state', 'credbridge', 'vault.key')
    expect(existsSync(join(thief.home, keyFile))).toBe(false)
    // It is the key file that the thief lacks, and nothing else.
    mkdirSync(join(thief.home, '.local', 'state', 'credbridge'), { recursive: true, mode: 0o700 })
    cpSync(join(machine.home, keyFile), join(thief.home, keyFile))
    expect((await thief.run('credbridge', ['get', server.origin])).stdout).toBe(`${password}\n`)
  })
}

needs('the build (npm run build)', built)('git without a keychain', () => {
  needs('git', machineGit !== undefined)("the machine's", () => signIn(machineGit as Git))
  needs('a newer git (.ci/gits)', newerGit !== undefined)('a newer one', () => signIn(newerGit as Git))
})
