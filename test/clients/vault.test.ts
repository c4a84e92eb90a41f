import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { basic } from '../real/git-server.ts'
import { type Git, machineGit, newerGit } from '../real/gits.ts'
import { needs } from '../real/require.ts'
import { type Outcome, run } from '../real/run.ts'
import { type GitWorld, openGitWorld } from './git-world.ts'

/*
 * A server, a container, a CI job: no bus, no settings, nobody at a screen. The vault, from the first clone on.
 */

const ann = { user: 'ann', password: 'correct horse/battery "staple" ÄÖ' }

/** The password in every spelling in which something might have written it down. */
function spellings({ user, password }: typeof ann): readonly Buffer[] {
  const utf8 = Buffer.from(password)
  const inBase64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), utf8]).toString('base64')
    return text.slice(Math.ceil((shift * 4) / 3), -4)
  })
  const texts = [
    ...inBase64,
    basic(user, password).slice('Basic '.length),
    utf8.toString('base64url'),
    utf8.toString('hex'),
    encodeURIComponent(password),
    encodeURIComponent(password).replace(/%../g, (code) => code.toLowerCase()),
    'battery', // A piece of it that any other spelling leaves as it is.
    JSON.stringify(password).slice(1, -1),
  ]
  return [utf8, Buffer.from(password, 'utf16le'), ...texts.map((text) => Buffer.from(text))]
}

/** The files below a folder in which it can be read, but for what the test's own helper writes down of git's words. */
function readableIn(folder: string): readonly string[] {
  const sought = spellings(ann)
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => path !== join(folder, 'told'))
    .filter((path) => sought.some((spelling) => readFileSync(path).includes(spelling)))
}

function folderOf({ session }: GitWorld, variable: string, ...path: readonly string[]): string {
  return join(session.env[variable] ?? '', 'credbridge', ...path)
}

needs('the build (npm run build)', built)('git without a keychain', () => {
  needs('git', machineGit !== undefined)("the machine's", () => cloneTwice(machineGit as Git))
  needs('a newer git (.ci/gits)', newerGit !== undefined)('a newer one', () => cloneTwice(newerGit as Git))
})

function cloneTwice(git: Git): void {
  /** A password that git was asked for once and that the vault keeps. */
  async function cloned(): Promise<GitWorld & { readonly url: string; readonly first: Outcome }> {
    const world = await openGitWorld(git, {}, 'no-bus')
    const url = world.server.repository('team/project.git')
    world.server.accept(basic(ann.user, ann.password), 'ann')
    return { ...world, url, first: await world.git(['clone', url, 'one'], ann) }
  }

  test(`${git.name}: the first clone asks, the second one does not, and nothing readable lies on the disk`, async () => {
    const { first, url, session, ...world } = await cloned()
    expect(first).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('vault') })
    expect(world.asked()).toHaveLength(2)
    const second = await world.git(['clone', url, 'two'])
    expect(second).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('vault') })
    expect(world.asked()).toEqual([])
    expect(existsSync(folderOf({ session, ...world }, 'XDG_DATA_HOME', 'vault', 'vault.json'))).toBe(true)
    expect(readableIn(session.folder)).toEqual([])
  })

  test(`${git.name}: what is readable would be found`, async () => {
    const { url, session, ...world } = await cloned()
    const store = `store --file=${join(session.folder, 'home', 'credentials')}`
    await world.git(['-c', 'credential.helper=', '-c', `credential.helper=${store}`, 'clone', url, 'two'], ann)
    expect(readableIn(session.folder)).toEqual([join(session.folder, 'home', 'credentials')])
  })

  test(`${git.name}: a copy of the vault's folder opens with none of our commands, unless its key file is copied, too`, async () => {
    const world = await cloned()
    const { session, server } = world
    const { host } = new URL(server.origin)
    const thief = join(session.folder, 'thief')
    const places = ['HOME', 'TMPDIR', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'XDG_RUNTIME_DIR']
    const env: Record<string, string> = {
      PATH: `${join(session.folder, 'commands')}:/usr/bin:/bin`,
      CREDBRIDGE_STORE: 'vault',
    }
    for (const place of places) {
      env[place] = join(thief, place)
      mkdirSync(env[place], { recursive: true, mode: 0o700 })
    }
    const vault = join(env['XDG_DATA_HOME'] ?? '', 'credbridge', 'vault')
    cpSync(folderOf(world, 'XDG_DATA_HOME', 'vault'), vault, { recursive: true })
    const header = readFileSync(join(vault, 'vault.json'))
    const asked = `protocol=http\nhost=${host}\n`
    const attempts: readonly (readonly [string, readonly string[], string])[] = [
      ['git-credential-credbridge', ['get'], `${asked}\n`],
      ['git-credential-credbridge', ['store'], `${asked}username=ann\npassword=mine\n\n`],
      ['docker-credential-credbridge', ['get'], server.origin],
      ['docker-credential-credbridge', ['list'], ''],
      ['credbridge-keyring', ['get', server.origin, 'ann'], ''],
      ['credbridge', ['get', server.origin], ''],
      ['credbridge', ['list'], ''],
      ['credbridge', ['restore', server.origin], ''],
      ['credbridge', ['move', '--all', '--to', 'secret-service'], ''],
      ['credbridge', ['unlock'], 'guessed\n'],
      ['credbridge', ['unlock', '--print'], 'guessed\n'],
      ['credbridge', ['vault', 'add-slot', 'passphrase'], 'mine\n'],
      ['credbridge', ['vault', 'add-slot', 'key-file'], ''],
      ['credbridge', ['vault', 'rekey'], 'guessed\n'],
    ]
    for (const [command, words, input] of attempts) {
      const { stdout, stderr, exitCode } = await run(command, words, { env, input })
      expect({ command, words, exitCode, told: stdout + stderr }).toEqual({
        command,
        words,
        exitCode: expect.any(Number),
        told: expect.stringContaining('its key file'),
      })
      expect(spellings(ann).filter((spelling) => Buffer.from(stdout + stderr).includes(spelling))).toEqual([])
      if (command !== 'git-credential-credbridge') expect(exitCode).not.toBe(0)
    }
    expect(readFileSync(join(vault, 'vault.json'))).toEqual(header)
    expect(readableIn(thief)).toEqual([])
    cpSync(folderOf(world, 'XDG_STATE_HOME', 'vault.key'), join(env['XDG_STATE_HOME'] ?? '', 'credbridge', 'vault.key'))
    const opened = await run('git-credential-credbridge', ['get'], { env, input: `${asked}\n` })
    expect(opened.stdout).toContain(`password=${ann.password}\n`)
  })
}
