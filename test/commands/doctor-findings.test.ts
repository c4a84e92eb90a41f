import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { type Hint, stepsOf, wordsOfCommand } from '../../src/core/hint.ts'
import { built } from '../real/commands.ts'
import { thorough, thoroughly, usual } from '../real/depth.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { onTerminal } from '../real/typing.ts'
import { at, startWithFewClients as start, type VaultWorld } from './vault-world.ts'

/* What doctor finds, in which order, and that each fix is a command that works. */

interface Line {
  readonly check: string
  readonly state: string
  readonly says: string
  readonly fix?: Hint
}

async function checks(world: VaultWorld, more: Record<string, string> = {}): Promise<readonly Line[]> {
  return JSON.parse((await world.run('credbridge', ['doctor', '--json'], { more })).stdout).checks
}

function file(world: VaultWorld, name: string, text: string): string {
  const path = join(world.env['HOME'] ?? '', name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  chmodSync(path, 0o600)
  return path
}

const set = (world: VaultWorld, secret: string, ...words: readonly string[]) =>
  world.run('credbridge', ['set', ...words], { input: secret })

/** A home with something wrong for most tools. */
async function troubled(): Promise<VaultWorld> {
  const world = await start()
  file(world, '.git-credentials', 'https://bob:b@git.example.com\n')
  file(world, '.gitconfig', '[credential]\n\thelper = store\n')
  file(world, '.docker/config.json', JSON.stringify({ auths: { 'r.example.com': { auth: 'YTpi' } } }))
  file(world, '.npmrc', '//npm.example.com/:_authToken=tok\n')
  file(world, '.netrc', 'machine netrc.example.com login ann password p\n')
  file(world, '.cargo/config.toml', '[')
  await set(world, 's3cret', 'https://git.example.com/it$(id)', "o'hara \\ co")
  const refused = "protocol=https\nhost=git.example.com\npath=it$(id)\nusername=o'hara \\ co\npassword=s3cret\n\n"
  await world.run('git-credential-credbridge', ['erase'], { input: refused })
  return world
}

needs('the build (npm run build)', built)('built', () => {
  usual('what is wrong comes first, and the last line counts', async () => {
    const world = await troubled()
    await world.credbridge('setup', 'git')
    const { stdout, exitCode } = await world.credbridge('doctor')
    expect(exitCode).toBe(2)
    const lines = stdout.trimEnd().split('\n')
    const last = lines.pop() ?? ''
    const states = lines.flatMap((line) => /^(WRONG|note|ok|skipped) /.exec(line)?.[1] ?? [])
    const firsts = states.filter((state, index) => states.indexOf(state) === index)
    expect(firsts).toEqual(['WRONG', 'note', 'ok', 'skipped'])
    expect(states.lastIndexOf('WRONG')).toBeLessThan(states.indexOf('note'))
    const count = (state: string) => states.filter((one) => one === state).length
    expect(last).toBe(`${count('WRONG')} wrong, ${count('note')} notes, ${count('ok')} ok, ${count('skipped')} skipped`)
  })

  thorough('every fix can be pasted: a shell reads it as a command, and credbridge knows it', async () => {
    const world = await troubled()
    await world.credbridge('setup', 'git')
    const foreign = file(world, 'first/docker-credential-credbridge', '#!/bin/sh\n')
    chmodSync(foreign, 0o755)
    const PATH = `${dirname(foreign)}:${world.env['PATH']}`
    const broken = await checks(world, { CREDBRIDGE_STORE: 'secret-service' })
    const found = [...(await checks(world, { PATH, BUN_OPTIONS: 'x', GOAUTH: 'off' })), ...broken]
    const fixes = [...new Set(found.flatMap(({ fix }) => fix ?? []))]
    expect(fixes.length).toBeGreaterThan(8)
    for (const fix of fixes) {
      for (const step of stepsOf(fix)) {
        const [program = ''] = step.split(' ')
        expect([fix, program]).toEqual([
          fix,
          expect.stringMatching(/^(credbridge|chmod|unset|export|git|mkdir|mv|docker)$/),
        ])
        const parsed = await run('bash', ['--norc', '-c', `set -- ${step}; printf '%s\\n' "$@"`], { env: {} })
        expect([fix, parsed.stderr]).toEqual([fix, ''])
        if (program !== 'credbridge') continue
        const words = wordsOfCommand(step) ?? []
        expect(['credbridge', ...words]).toEqual(parsed.stdout.split('\n').slice(0, -1))
        const path = words.slice(0, ['setup', 'import', 'vault'].includes(words[0] ?? '') ? 2 : 1)
        const help = await world.credbridge(...path, '--help')
        expect([fix, help.exitCode]).toEqual([fix, 0])
      }
    }
    expect(fixes).toContain(`credbridge restore 'https://git.example.com/it$(id)' 'o'"'"'hara '\\\\' co'`)
  })

  thorough('each secret is named once, by the tool that reads the fewest', async () => {
    const world = await troubled()
    file(world, '.yarnrc.yml', 'npmRegistryServer: "https://yarn.example.com"\nnpmAuthToken: tok\n')
    file(world, '.bunfig.toml', '[install.scopes]\nacme = { token = "tok", url = "https://bun.example.com" }\n')
    const named = (await checks(world)).filter(({ says }) => /can be read: |readable in /.test(says))
    const files = named.flatMap(({ says }) => [...says.matchAll(/\/[^ ,]*(?=,|$)/g)].map(([path]) => path))
    expect(files.length).toBeGreaterThan(4)
    expect(files).toEqual([...new Set(files)])
    expect(named).toContainEqual({
      check: 'bun',
      state: 'note',
      says: expect.stringMatching(
        /^1 secret of bun can be read: .*bunfig.*, and bun asks no helper; afterwards: credbridge run -- bun$/,
      ),
      fix: 'credbridge import bun --without-setup',
    })
  })

  thoroughly(needsPrograms('python3'))('on a terminal', () => {
    thorough.each([80, 50])(
      '%i columns: headings, the areas with problems first, fixes on lines of their own',
      async (columns) => {
        const world = await troubled()
        await world.credbridge('setup', 'git', '--no-prove')
        const more = { TYPIST_COLUMNS: `${columns}`, TERM: 'dumb' }
        const { stdout, exitCode } = await world.run('python3', onTerminal([], 'credbridge', 'doctor'), { more })
        expect(exitCode).toBe(2)
        const lines = stdout.replaceAll('\r\n', '\n').trimEnd().split('\n')
        const headings = lines.filter((line, at) => /^[a-z]/.test(line) && (at === 0 || lines[at - 1] === ''))
        expect(headings[0]).toBe('git')
        expect(headings.at(-1)).toBe('skipped')
        expect(headings).toEqual([...new Set(headings)])
        for (const line of lines)
          if (line.trimStart().includes(' ') && !line.includes('fix: ') && !line.includes('/'))
            expect(line.length).toBeLessThanOrEqual(columns)
        expect(lines[1]).toMatch(/^ {2}WRONG {2}/)
        expect(lines).toContain('         fix: credbridge setup git --only')
        expect(lines.at(-1)).toMatch(/^\d+ wrong, \d+ notes?, \d+ ok, \d+ skipped$/)
      },
    )
  })

  thorough('no tool is ok while its secrets can be read, or while store writes them', async () => {
    const world = await troubled()
    await world.credbridge('setup', 'git')
    const lines = (await checks(world)).filter(({ check }) => check === 'git')
    expect(lines.filter(({ state, says }) => state === 'ok' && !says.includes(' is /'))).toEqual([])
    expect(lines).toContainEqual({
      check: 'git',
      state: 'wrong',
      says: 'git also gives every sign-in to store, which writes it into a file that can be read',
      fix: 'credbridge setup git --only',
    })
    expect(lines).toContainEqual({
      check: 'git',
      state: 'note',
      says: expect.stringMatching(/^git asks store, then credbridge; 1 secret of git can be read: .*\.git-credentials/),
      fix: 'credbridge setup git --only && credbridge import git',
    })
    await world.credbridge('setup', 'git', '--only')
    await world.credbridge('import', 'git', '--yes')
    const after = (await checks(world)).filter(({ check }) => check === 'git')
    expect(after).toContainEqual({ check: 'git', state: 'ok', says: 'git asks credbridge' })
  })

  thoroughly(needsPrograms('git'))('git', () => {
    thorough('after `gh auth setup-git` a server that goes past credbridge is named, and the fix works', async () => {
      const world = await start()
      await world.credbridge('setup', 'git')
      const key = 'credential.https://github.example.com.helper'
      for (const value of ['', '!gh auth git-credential'])
        await world.run('git', ['config', '--global', '--add', key, value])
      const [line] = (await checks(world)).filter(({ says }) => says.includes('github.example.com'))
      expect(line).toEqual({
        check: 'git',
        state: 'note',
        says: 'for https://github.example.com git asks only: !gh …',
        fix: `git config --global --unset-all ${key}`,
      })
      await world.run('bash', ['--norc', '-c', line?.fix ?? ''])
      expect((await checks(world)).filter(({ says }) => says.includes('github.example.com'))).toEqual([])
    })
  })

  thorough('where git also gives every sign-in to store, import says just that, with the fix of doctor', async () => {
    const world = await troubled()
    await world.credbridge('setup', 'git')
    const why = 'git also gives every sign-in to store, which writes it into a file that can be read'
    const alone = await world.credbridge('import', 'git', '--yes')
    expect(alone).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`nothing is moved yet: ${why}\n`) })
    expect(alone.stderr).toContain('\nhint: credbridge setup git --only\n')
    const all = await world.credbridge('import', '--only', 'git', '--dry-run')
    expect(all.stderr).toMatch(new RegExp(` leave .*\n.*${why}`))
    expect(all.stderr).toContain('\nhint: credbridge setup git --only\n')
    for (const { stderr } of [alone, all]) expect(stderr).not.toContain('does not ask credbridge')
    const line = (await checks(world)).find(({ says }) => says.includes('.git-credentials'))
    for (const step of stepsOf(line?.fix ?? ('' as never))) {
      const words = wordsOfCommand(step) ?? []
      expect(await world.credbridge(...words, ...(words[0] === 'import' ? ['--yes'] : []))).toMatchObject({
        exitCode: 0,
      })
    }
    expect(readFileSync(join(world.env['HOME'] ?? '', '.git-credentials'), 'utf8')).toBe('')
  })

  thorough('where setup would refuse, the fix is the command that setup then names, and works', async () => {
    const world = await start()
    file(world, '.docker/config.json', '{"credsStore":"desktop"}\n')
    const line = (await checks(world)).find(({ says }) => says === 'docker does not ask credbridge')
    const named = await world.credbridge('setup', 'docker')
    expect(named.stderr).toContain(`hint: to ask credbridge instead: ${line?.fix}\n`)
    expect(await world.credbridge(...(wordsOfCommand(line?.fix ?? ('' as never)) ?? []))).toMatchObject({ exitCode: 0 })
    expect((await checks(world)).find(({ says }) => says === 'docker asks credbridge')).toMatchObject({ state: 'ok' })
  })

  for (const [config, words] of [
    [{ credsStore: 'desktop' }, ['--replace']],
    [
      { credsStore: 'credbridge', credHelpers: { 'r.example.com': 'desktop' } },
      ['--registry', 'r.example.com', '--replace'],
    ],
  ] as const) {
    thorough(`where docker asks another helper, the fix moves a plain sign-in: ${words.join(' ')}`, async () => {
      const world = await start()
      file(world, '.docker/config.json', JSON.stringify({ ...config, auths: { 'r.example.com': { auth: 'YTpi' } } }))
      const readable = async () => (await checks(world)).find(({ says }) => says.includes('of docker can be read'))
      const fix = ['credbridge', 'setup', 'docker', ...words].join(' ')
      expect((await readable())?.fix).toBe(fix)
      const refused = await world.credbridge('import', 'docker', '--yes')
      expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`\nhint: ${fix}\n`) })
      const explained = await world.credbridge('explain', 'https://r.example.com')
      expect(explained.stdout).toContain(`may be used first\n  to change that: ${fix}\n`)
      expect(await world.credbridge('setup', 'docker', ...words, '--yes')).toMatchObject({ exitCode: 0 })
      expect(await readable()).toBeUndefined()
      expect((await world.credbridge('list')).stdout).toContain('r.example.com')
    })
  }

  usual('a command that another file shadows is wrong', async () => {
    const world = await start()
    const foreign = file(world, 'first/docker-credential-credbridge', '#!/bin/sh\n')
    chmodSync(foreign, 0o755)
    const PATH = `${dirname(foreign)}:${world.env['PATH']}`
    const [line] = (await checks(world, { PATH })).filter(({ state }) => state === 'wrong')
    expect(line).toMatchObject({
      check: 'docker',
      says: `${foreign} comes first on PATH and is not of this credbridge, so docker asks that one`,
      fix: expect.stringMatching(/^export PATH=\/.*:"\$PATH"$/),
    })
  })

  thorough('what has expired or ends within a week is a note, what is renewed is none', async () => {
    const world = await start()
    const seconds = Math.floor(Date.now() / 1000)
    const store = (user: string, more: string) =>
      world.run('git-credential-credbridge', ['store'], {
        input: `protocol=https\nhost=git.example.com\nusername=${user}\npassword=p\n${more}\n`,
      })
    await store('ann', `password_expiry_utc=${seconds + 3600}\n`)
    await store('bob', `password_expiry_utc=${seconds + 3600}\noauth_refresh_token=r\n`)
    await store('eve', `password_expiry_utc=${seconds + 3_600_000}\n`)
    expect((await checks(world)).filter(({ check }) => check === 'expiry')).toEqual([
      {
        check: 'expiry',
        state: 'note',
        says: expect.stringMatching(`^ann at ${at}, saved by git, expires (tomorrow at )?[\\d: -]+$`),
        fix: `credbridge set ${at} ann`,
      },
    ])
  })

  thorough('--fix runs what credbridge can do itself, after one question', async () => {
    const world = await troubled()
    await world.credbridge('setup', 'git')
    const asked = await world.credbridge('doctor', '--fix')
    expect(asked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('will run: credbridge import git\n') })
    expect(asked.stderr).toContain('there is no terminal to ask on')
    expect(readFileSync(join(world.env['HOME'] ?? '', '.git-credentials'), 'utf8')).toContain('bob')
    const { stdout, stderr } = await world.credbridge('doctor', '--fix', '--yes')
    expect(stderr).toContain('$ credbridge setup git --only\n')
    expect(stderr).not.toContain('$ credbridge set ')
    expect(stdout).toMatch(/\nafterwards: \d+ wrong, /)
    const after = (await checks(world)).filter(({ check }) => check === 'git' || check === 'refused')
    expect(after.map(({ says }) => says)).toContain('git asks credbridge')
    expect(after.filter(({ state }) => state === 'wrong' || state === 'note')).toEqual([])
  })
})
