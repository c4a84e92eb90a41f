import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { built, installCommands } from './real/commands.ts'
import { isSlow, usual } from './real/depth.ts'
import { needs, needsPrograms } from './real/require.ts'
import { run } from './real/run.ts'
import { startSession } from './real/session.ts'
import { standIns } from './real/stand-ins.ts'
import { fits, parseTranscript, type Step } from './transcript.ts'

const scripts = join(import.meta.dirname, 'scripts')
const stores = ['vault', 'secret-service', 'keychain', 'helper:secretservice'] as const

/** Stories that a store declares to be beyond it. */
const beyond: Readonly<Record<string, readonly string[]>> = {
  'helper:secretservice': ['git-two-accounts.txt', 'rotation.txt', 'several-parts.txt'],
}

/** What `npm test` tells, on the first store: one story for each tool, and what they share. `npm run test:slow` tells all others. */
const usualStories = [
  'bazel.txt',
  'cargo.txt',
  'docker.txt',
  'erase-and-restore.txt',
  'git-attacks.txt',
  'git-setup.txt',
  'git-two-accounts.txt',
  'go.txt',
  'netrc.txt',
  'npm-hostile.txt',
  'one-login.txt',
  'python.txt',
  'terraform.txt',
]

/** The stories to tell on a store now. */
const storiesOn = (store: string) =>
  readdirSync(scripts).filter((file) => {
    const isUsual = store === stores[0] && usualStories.includes(file)
    return isUsual !== isSlow && beyond[store]?.includes(file) !== true
  })

/** Follows a story in a world of its own, step by step. */
async function follow(steps: readonly Step[], store: string): Promise<void> {
  const ends: (() => Promise<void>)[] = []
  const session = await startSession(store === 'vault' ? 'no-bus' : 'unlocked', (work) => ends.push(work))
  try {
    const folder = installCommands(join(session.folder, 'commands'))
    const home = session.env['HOME'] ?? ''
    const clients = standIns(join(session.folder, 'clients'))
    const env = { ...session.env, CREDBRIDGE_STORE: store, PATH: `${folder}:${session.env['PATH']}:${clients}` }
    const here = (text: string) => text.replaceAll('$HOME', home)
    for (const step of steps) {
      for (const [name, content] of Object.entries(step.files)) {
        mkdirSync(dirname(join(home, name)), { recursive: true })
        writeFileSync(join(home, name), here(content))
      }
      const [command = '', ...words] = step.words.map(here)
      const outcome = await run(command, words, { env, cwd: home, input: here(step.input) })
      const told = {
        at: `line ${step.line}`,
        stdout: outcome.stdout,
        stderr: outcome.stderr,
        exitCode: outcome.exitCode,
      }
      const meant = {
        at: `line ${step.line}`,
        stdout: fits(outcome.stdout, step.stdout.map(here)) ? outcome.stdout : lines(step.stdout),
        stderr: fits(outcome.stderr, step.stderr.map(here)) ? outcome.stderr : lines(step.stderr),
        exitCode: step.exitCode,
      }
      expect(told).toEqual(meant)
    }
  } finally {
    for (const end of ends) await end()
  }
}

const lines = (all: readonly string[]) => all.map((line) => `${line}\n`).join('')

/** What telling a story on a store needs. One of the stories needs docker's own helper, wherever it is told. */
const needsOf = (store: string) =>
  store === 'vault'
    ? needsPrograms('docker-credential-secretservice')
    : needsPrograms('dbus-daemon', 'gnome-keyring-daemon', 'docker-credential-secretservice')

needs('the build (npm run build)', built)('transcripts', () => {
  for (const store of isSlow ? stores : [stores[0]]) {
    needsOf(store)(`in ${store}`, () => {
      test.each(storiesOn(store))('%s', async (file) => {
        const steps = parseTranscript(readFileSync(join(scripts, file), 'utf8'))
        expect(steps.length).toBeGreaterThan(0)
        await follow(steps, store)
      })
    })
  }
})

usual('a step that goes otherwise is noticed', () => {
  expect(fits('a\nb\n', ['a', 'b'])).toBe(true)
  expect(fits('a\nx b y\n', ['a', 'x … y'])).toBe(true)
  for (const other of ['', 'a\n', 'a\nb', 'a\nb\nc\n', 'b\na\n']) expect(fits(other, ['a', 'b'])).toBe(false)
  expect(fits('a.b\n', ['aXb'])).toBe(false)
  expect(() => parseTranscript('hello')).toThrow('line 1')
})
