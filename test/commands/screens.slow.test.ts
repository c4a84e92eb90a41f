import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { built, installCommands, isStandalone } from '../real/commands.ts'
import { needs, needsPrograms, programOnPath } from '../real/require.ts'
import { run } from '../real/run.ts'
import { startSession } from '../real/session.ts'
import { onTerminal } from '../real/typing.ts'

/* What a person sees of the longer previews, on a terminal of 80 and of 50 columns, with colours and without. */

const files: Readonly<Record<string, string>> = {
  '.gitconfig': '[user]\n\tname = Bob\n',
  '.git-credentials': 'https://bob:b@git.example.com\nhttps://bob:t@git.example.com/team/application\n',
  '.docker/config.json':
    '{"auths":{"r.example.com":{"auth":"Ym9iOm9sZA=="},"registry.corporation.example.com:5000":{"auth":"Ym9iOm9sZA=="}}}\n',
  '.netrc': 'machine files.example.com login ann password n\n',
}

/** A home with plain secrets, where git, docker and cargo are installed, Bun needs another way, and nothing else is there. */
async function openHome() {
  const { env: own, folder } = await startSession('no-bus', onTestFinished)
  const commands = installCommands(join(folder, 'commands'))
  for (const program of ['git', 'sh', 'env']) symlinkSync(programOnPath(program) ?? '', join(commands, program))
  for (const program of ['docker', 'cargo', 'bun'])
    writeFileSync(join(commands, program), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  const home = own['HOME'] ?? ''
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), text, { mode: 0o600 })
  }
  // The folders of the session are beside the home; those of a person are in it.
  const env: Record<string, string> = Object.fromEntries(
    Object.entries({ ...own, CREDBRIDGE_STORE: 'vault' }).filter(
      ([name]) => !/^XDG_(CONFIG|DATA|STATE)_HOME$/.test(name),
    ),
  )
  const credbridge = (input: string, ...words: string[]) =>
    run(join(commands, 'credbridge'), words, { env: { ...env, PATH: commands }, input })
  const screen = async (words: readonly string[], columns: number, more: Readonly<Record<string, string>>) => {
    const onIt = onTerminal([], 'env', `PATH=${commands}`, 'credbridge', ...words)
    const size = { TYPIST_COLUMNS: `${columns}`, TERM: 'xterm', ...more }
    const { stdout } = await run('python3', onIt, { env: { ...env, ...size, PATH: process.env['PATH'] ?? '' } })
    return stdout.replaceAll('\r\n', '\n')
  }
  return { home, credbridge, screen }
}

type Home = Awaited<ReturnType<typeof openHome>>

/** The screens, and what was done before. */
const screens: readonly {
  readonly name: string
  readonly words: readonly string[]
  before?(home: Home): Promise<void>
  /** What is done before each of its screens, if it changes something itself. */
  anew?(home: Home): Promise<unknown>
}[] = [
  { name: 'setup', words: ['setup', '--dry-run'] },
  {
    name: 'setup-git',
    words: ['setup', 'git'],
    anew: ({ credbridge }) => credbridge('', 'setup', 'git', '--undo'),
  },
  {
    name: 'setup-git-undo',
    words: ['setup', 'git', '--undo'],
    anew: ({ credbridge }) => credbridge('', 'setup', 'git', '--no-prove'),
  },
  {
    name: 'setup-docker',
    words: ['setup', 'docker', '--yes'],
    async anew({ credbridge }) {
      await credbridge('', 'import', 'docker', '--undo', '--yes')
      await credbridge('', 'setup', 'docker', '--undo')
    },
  },
  {
    name: 'import',
    words: ['import', '--dry-run'],
    async before({ credbridge }) {
      await credbridge('', 'setup', 'git', '--no-prove')
      await credbridge('another', 'set', 'https://git.example.com', 'bob')
    },
  },
  {
    name: 'explain',
    words: ['explain', 'https://git.example.com'],
    async before({ credbridge }) {
      await credbridge('s', 'set', 'https://git.example.com', 'bob')
      await credbridge('s', 'set', 'https://git.example.com', 'a-rather-long-account@example.com')
      await credbridge('s', 'set', 'https://git.example.com/team/application', 'bob')
    },
  },
  {
    name: 'uninstall',
    words: ['uninstall', '--dry-run'],
    async before({ credbridge }) {
      await credbridge('', 'setup', '--yes', '--no-prove', '--only', 'git,docker')
      await credbridge('s', 'set', 'https://git.example.com', 'alice')
    },
  },
]

const controls = String.fromCharCode(27)
const colours = new RegExp(`${controls}\\[[0-9]+m`, 'g')

/** What stays on one line, so that it can be copied: a hint, a command, one long word. */
const stays = /^ *(hint: |fix: |to change that: |credbridge |git config |curl |export |\S+$)/

needs('the build (npm run build)', built)('on a terminal', () => {
  needsPrograms('python3', 'git')('with git', () => {
    test.each(screens)('$name', async ({ name, words, before, anew }) => {
      const home = await openHome()
      await before?.(home)
      for (const columns of [80, 50]) {
        await anew?.(home)
        const plain = await home.screen(words, columns, { NO_COLOR: '1' })
        expect(plain).not.toContain(controls)
        for (const line of plain.split('\n'))
          if (!stays.test(line)) expect([...line].length, line).toBeLessThanOrEqual(columns)
        // The standalone executable needs no wrappers, so other paths are shown.
        if (!isStandalone) await expect(plain).toMatchFileSnapshot(`screens/${name}-${columns}.txt`)
        await anew?.(home)
        expect((await home.screen(words, columns, {})).replaceAll(colours, '')).toBe(plain)
      }
      for (const file of ['.gitconfig', '.git-credentials'])
        if (before === undefined && anew === undefined)
          expect(readFileSync(join(home.home, file), 'utf8')).toBe(files[file])
    })

    test('the table is bold where colours are, and so is nothing in a pipe', async () => {
      const { screen, credbridge } = await openHome()
      for (const words of [
        ['setup', '--dry-run'],
        ['import', '--dry-run'],
      ]) {
        expect(await screen(words, 80, {})).toContain(`${controls}[1mTOOL${controls}[0m`)
        expect((await credbridge('', ...words)).stderr).not.toContain(controls)
      }
    })
  })
})
