import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { built, installCommands } from '../real/commands.ts'
import { newerGit } from '../real/gits.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { startSession } from '../real/session.ts'

/*
 * The behaviours by which git's developers check a helper: t/lib-credential.sh of git's source, called as its
 * t0303-credential-external.sh does, and with the group about authtype besides.
 */

/** What git asks for and we do otherwise, by the name of git's test: why. None so far. */
const deviations: Readonly<Record<string, string>> = {}

const script = `test_description='the helper credbridge'
. "$TEST_DIRECTORY"/test-lib.sh
. "$TEST_DIRECTORY"/lib-credential.sh
helper_test credbridge
helper_test_password_expiry_utc credbridge
helper_test_oauth_refresh_token credbridge
helper_test_authtype credbridge
test_done
`

needsPrograms(
  'dbus-daemon',
  'gnome-keyring-daemon',
  'perl',
)('a keyring', () => {
  needs('the build (npm run build)', built)('git', () => {
    needs('a newer git (.ci/gits)', newerGit?.built !== undefined)("git's own suite", () => {
      test.each([
        ['a keyring', 'unlocked'],
        ['the vault, where nothing is settled yet', 'no-bus'],
      ] as const)(
        'holds our helper to every behaviour on %s',
        async (_, state) => {
          const session = await startSession(state, onTestFinished)
          const commands = installCommands(join(session.folder, 'commands'))
          const file = join(session.folder, 't0303-credbridge.sh')
          writeFileSync(file, script)
          mkdirSync(join(session.folder, 'output'))
          const store = process.env['CREDBRIDGE_TEST_STORE']
          const outcome = await run('sh', [file, `--root=${join(session.folder, 'trash')}`], {
            env: {
              ...session.env,
              ...(store === undefined ? {} : { CREDBRIDGE_STORE: store }),
              PATH: `${commands}:${session.env['PATH']}`,
              TEST_DIRECTORY: join(newerGit?.built ?? '', 't'),
              TEST_OUTPUT_DIRECTORY: join(session.folder, 'output'),
              GIT_TEST_INSTALLED: join(newerGit?.built ?? '', 'bin'),
              GIT_TEST_CHAIN_LINT: '0',
            },
            cwd: session.folder,
            timeout: 110_000,
          })
          const results = outcome.stdout.split('\n').filter((line) => /^(not )?ok \d/.test(line))
          const failed = results
            .filter((line) => line.startsWith('not ok'))
            .map((line) => line.replace(/^not ok \d+ - /, ''))
          expect(failed, outcome.stdout + outcome.stderr).toEqual(Object.keys(deviations))
          expect(results.length).toBeGreaterThanOrEqual(27)
          expect(outcome.stdout).toContain(`\n1..${results.length}\n`)
        },
        120_000,
      )
    })
  })
})
