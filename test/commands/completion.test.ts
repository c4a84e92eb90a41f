import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest'
import { built, installCommands } from '../real/commands.ts'
import { thorough, thoroughly, usual } from '../real/depth.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { type Answer, onTerminal } from '../real/typing.ts'
import { startWorld, type World } from '../real/world.ts'
import { start, withPassphrase } from './vault-world.ts'

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
  ['credbridge completion ', ['bash', 'zsh', 'fish', 'powershell'], ['get', 'git']],
  ['credbridge ls --tool ', ['git', 'docker', 'person'], ['get', '--json']],
  ['credbridge set --kind b', ['basic', 'bearer'], ['header', 'get']],
  ['credbridge set --kind=b', ['--kind=basic', '--kind=bearer'], ['--kind=header']],
  ['credbridge use ', ['vault', 'helper:'], ['get']],
  ['credbridge move --all --to v', ['vault'], ['keychain']],
  ['credbridge setup --only git,do', ['git,docker'], ['git,git', 'docker']],
  ['credbridge vault add-slot ', ['passphrase', 'key-file'], ['git']],
  ['credbridge get ', ['https://git.example.com', 'my service'], ['git.example.com', '--show']],
  ['credbridge get https://g', ['https://git.example.com'], ['https://other.example.com']],
  ['credbridge get gi', ['git.example.com'], ['https://git.example.com']],
  ['credbridge get git.example.com ', ['alice', 'bob@example.com'], ['carol']],
  ['credbridge get git.example.com bob@', ['bob@example.com'], ['alice']],
  ['credbridge get https://git.example.com#a', ['https://git.example.com#alice'], ['https://git.example.com']],
  ['credbridge list --account ca', ['carol'], ['alice']],
  ['credbridge run --env TOKEN=gi', ['TOKEN=git.example.com'], ['git.example.com']],
  ['credbridge remove --all-accounts oth', ['other.example.com'], ['git.example.com']],
  ['credbridge serve --allow gi', ['git.example.com'], ['https://git.example.com']],
  ['credbridge serve --tools git,do', ['git,docker'], ['docker']],
  ['credbridge serve --ask ', ['each', 'never'], ['git']],
  ['credbridge serve --until ', ['8h'], ['git']],
  ['credbridge login --from g', ['gh', 'glab', 'gcloud'], ['git']],
  ['credbridge log --outcome re', ['refused'], ['granted']],
  ['credbridge openbao login --method k', ['kubernetes'], ['oidc']],
  ['credbridge openbao login --keep-in v', ['vault'], ['keychain']],
  ['credbridge remove --owner do', ['docker'], ['git']],
  ['credbridge serve --socket so', ['some-file', 'some-folder'], ['git']],
  ['credbridge import git --file so', ['some-file'], ['--file']],
  ['credbridge import git --file=so', ['--file=some-file'], ['some-file']],
  ['credbridge use openbao --ca-file some-f', ['some-file'], []],
  ['credbridge sandbox --read so', ['some-file', 'some-folder'], ['git']],
  ['credbridge allow so', ['some-file'], ['git']],
  ['credbridge run -- credbridge-k', ['credbridge-keyring'], ['git', 'some-file']],
  ['credbridge run -- make so', ['some-file'], ['credbridge-keyring']],
]

/** Those that `npm test` types: a command, options, what is kept, and a file. */
const usualLines = [
  'credbridge s',
  'credbridge setup git --',
  'credbridge set --kind=b',
  'credbridge get https://g',
  'credbridge serve --socket so',
]

const kept = [
  ['https://git.example.com', 'alice'],
  ['https://git.example.com', 'bob@example.com'],
  ['https://other.example.com', 'carol'],
] as const

const shells = {
  // Readline puts what it offers behind the last of its word breaks, and reads the quotes.
  bash: `source <(credbridge completion bash)
    COMP_LINE="$1"; COMP_POINT=\${#1}; begun=\${1##* }; _credbridge
    for it in "\${COMPREPLY[@]}"; do eval "it=$it"; printf '%s\\n' "\${begun%"\${begun##*[:=@]}"}$it"; done`,
  // zsh's own functions work only while a person types (below).
  zsh: `_files() { local -a all; all=(\${~words[CURRENT]}*(N)); compadd -- $prefix\${^all} }
    _command_names() { compadd -- \${(k)commands[(I)$words[CURRENT]*]} }
    compset() { [[ $words[CURRENT] == --*=* ]] && prefix=\${words[CURRENT]%%=*}= && words[CURRENT]=\${words[CURRENT]#*=}; true }
    compdef() {}; compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -rl -- "$@" }
    source <(credbridge completion zsh)
    words=("\${(@s: :)1}"); CURRENT=$#words; _credbridge; true`,
  fish: `credbridge completion fish | source; complete -C "$argv[1]" | string split -f1 \\t`,
} as const

needs('the build (npm run build)', built)('built', () => {
  for (const [shell, script] of Object.entries(shells)) {
    needsPrograms(shell)(`completion in ${shell}`, () => {
      let folder = ''
      let env: Record<string, string> = {}
      beforeAll(async () => {
        folder = mkdtempSync(join(tmpdir(), 'cb-completion-'))
        const PATH = `${installCommands(join(folder, 'bin'))}:/usr/bin:/bin`
        mkdirSync(join(folder, 'here', 'some-folder'), { recursive: true })
        writeFileSync(join(folder, 'here', 'some-file'), '')
        env = { PATH, HOME: folder, TERM: 'dumb', CREDBRIDGE_STORE: 'vault' }
        for (const [endpoint, account] of kept) await run('credbridge', ['set', endpoint, account], { env, input: 's' })
        await run('credbridge', ['set', '--service', 'my service', 'dave'], { env, input: 's' })
      })
      afterAll(() => rmSync(folder, { recursive: true, force: true }))

      usual.each(offers.filter(([line]) => usualLines.includes(line)))('%j', offersIt)
      thorough.each(offers.filter(([line]) => !usualLines.includes(line)))('%j', offersIt)

      async function offersIt(line: string, some: readonly string[], never: readonly string[]): Promise<void> {
        const words = shell === 'fish' ? ['--private', '-c', script, line] : ['-c', script, shell, line]
        const { stdout, stderr } = await run(shell, words, { env, cwd: join(folder, 'here') })
        const offered = stdout
          .split('\n')
          .slice(0, -1)
          .map((word) => word.replace(/\/$/, ''))
        expect(stderr).toBe('')
        expect(offered).toEqual(expect.arrayContaining([...some]))
        expect(offered.filter((word) => never.includes(word))).toEqual([])
      }
    })
  }

  const interactive = {
    bash: [['--rcfile', '.zshrc', '-i'], 'source <(credbridge completion bash)'],
    zsh: [['-i'], 'autoload -U compinit; compinit -u -D; source <(credbridge completion zsh)'],
  } as const

  thoroughly(describe.each(Object.entries(interactive)))('somebody who types in %s', (shell, [words, ready]) => {
    needsPrograms(shell, 'python3')('and presses Tab', () => {
      thorough.each([
        ['get git.ex', 'git.example.com '],
        ['serve --socket some-fi', 'some-file '],
        ['import git --file=some-fi', '--file=some-file '],
        ['run -- credbridge-keyr', 'credbridge-keyring '],
        ['list --store secr', 'secret-service '],
      ])('at %s', async (line, completed) => {
        const world = await start()
        await world.set('https://git.example.com', 'ann', 's')
        const home = world.env['HOME'] ?? ''
        writeFileSync(join(home, 'some-file'), '')
        writeFileSync(join(home, '.zshrc'), `PS1='ready> '\n${ready}\n`)
        const answers: readonly Answer[] = [
          ['ready> ', `credbridge ${line}\t`],
          [completed, '\u0015exit\r'],
        ]
        const { stdout, exitCode } = await world.run('python3', onTerminal(answers, shell, ...words), {
          cwd: home,
          more: { TERM: 'dumb', TYPIST_COLUMNS: '200', TYPIST_SECONDS: '15' },
        })
        expect([stdout, exitCode]).toEqual([expect.stringContaining(completed), 0])
      })
    })
  })

  /** What `credbridge complete` prints, and that it says nothing else. */
  async function completes(world: World, options: { more?: Record<string, string> } = {}): Promise<string> {
    const { stdout, stderr, timedOut } = await world.run('credbridge', ['complete', '--', 'get', '='], options)
    expect([stderr, timedOut]).toEqual(['', false])
    return stdout
  }

  usual('for PowerShell, which cannot be had here, the script is whole and asks as the others do', async () => {
    const world = await startWorld('no-service', onTestFinished)
    const { stdout: script } = await world.run('credbridge', ['completion', 'powershell'])
    expect(script).toMatch(/^Register-ArgumentCompleter -Native -CommandName credbridge -ScriptBlock \{\n/)
    expect(script).toContain('credbridge complete -- $before "=$begun" 2>$null')
    // Without its strings: in one quotation marks are doubled, in the other a backtick stands before what is special.
    const code = script.replace(/'(?:''|[^'])*'|"(?:`.|[^"`])*"/g, '')
    expect(code).not.toMatch(/['"`]/)
    const open: string[] = []
    for (const sign of code.replace(/[^(){}[\]]/g, '')) {
      if ('({['.includes(sign)) open.push(sign)
      else expect(`${open.pop()}${sign}`).toMatch(/^(\(\)|\{\}|\[\])$/)
    }
    expect(open).toEqual([])
  })

  thoroughly(needsPrograms('python3'))('what is locked', () => {
    thorough('offers nothing, and asks nobody, also on a terminal', async () => {
      const world = await withPassphrase()
      expect(await completes(world)).toBe('')
      const { stdout } = await world.run('python3', onTerminal([], 'credbridge', 'complete', '--', 'get', '='))
      expect(stdout).toBe('')
      expect((await world.run('credbridge', ['complete', '--', '=d'])).stdout).toContain('doctor')
    })
  })

  thoroughly(needsPrograms('dbus-daemon'))('a keychain that is silent', () => {
    thorough('ends in time, and offers nothing', async () => {
      expect(await completes(await startWorld('silent-bus', onTestFinished))).toBe('')
    })
  })

  thorough('a store that is another program is not asked, because it may ask a person', async () => {
    const world = await start()
    const asked = join(world.session.folder, 'asked')
    const helper = join(world.session.folder, 'commands', 'docker-credential-asks')
    writeFileSync(helper, `#!/bin/sh\ntouch ${asked}\necho '{}'\n`, { mode: 0o755 })
    const options = { more: { CREDBRIDGE_STORE: 'helper:asks' } }
    expect(await completes(world, options)).toBe('')
    expect(existsSync(asked)).toBe(false)
    await world.run('credbridge', ['list'], options)
    expect(existsSync(asked)).toBe(true)
  })
})
