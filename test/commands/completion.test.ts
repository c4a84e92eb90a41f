import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { built, installCommands } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'

/* What each shell offers for a line that is being typed; the last word is the one begun. */

const offers: readonly (readonly [line: string, some: readonly string[], never: readonly string[]])[] = [
  ['credbridge ', ['get', 'set', 'setup', 'doctor'], ['git', '--json']],
  ['credbridge s', ['set', 'share', 'setup'], ['get', 'list']],
  ['credbridge setup ', ['git', 'docker', 'pip'], ['get', '--file', '--keep']],
  ['credbridge setup git --', ['--only', '--undo', '--dry-run'], ['--file', '--keep', 'docker']],
  ['credbridge import git --', ['--file', '--keep'], ['--only', '--no-prove']],
  ['credbridge netrc --', ['--show'], ['--json']],
  ['credbridge import netrc --', ['--file', '--undo'], ['--no-prove']],
  ['credbridge set https://example.com --', ['--kind', '--service', '--command', '--lasts'], ['--json', '--undo']],
  ['credbridge approve https://example.com --', ['--undo', '--service'], ['--lasts']],
  ['credbridge completion ', ['bash', 'zsh', 'fish'], ['get', 'git']],
]

const shells = {
  bash: `source <(credbridge completion bash)
    line="$1"; COMP_WORDS=($line); [[ $line == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _credbridge; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: `compdef() {}; compadd() { shift; for it in "$@"; do [[ $it == $words[CURRENT]* ]] && print -r -- $it; done }
    source <(credbridge completion zsh)
    words=("\${(@s: :)1}"); CURRENT=$#words; _credbridge; true`,
  fish: `credbridge completion fish | source; complete -C "$argv[1]" | string split -f1 \\t`,
} as const

needs('the build (npm run build)', built)('built', () => {
  for (const [shell, script] of Object.entries(shells)) {
    needsPrograms(shell)(`completion in ${shell}`, () => {
      let folder = ''
      let env: Record<string, string> = {}
      beforeAll(() => {
        folder = mkdtempSync(join(tmpdir(), 'cb-completion-'))
        env = { PATH: `${installCommands(join(folder, 'bin'))}:/usr/bin:/bin`, HOME: folder, TERM: 'dumb' }
      })
      afterAll(() => rmSync(folder, { recursive: true, force: true }))

      test.each(offers)('%j', async (line, some, never) => {
        const words = shell === 'fish' ? ['--private', '-c', script, line] : ['-c', script, shell, line]
        const { stdout, stderr } = await run(shell, words, { env })
        const offered = stdout.split('\n').slice(0, -1)
        expect(stderr).toBe('')
        expect(offered).toEqual(expect.arrayContaining([...some]))
        expect(offered.filter((word) => never.includes(word))).toEqual([])
      })
    })
  }
})
