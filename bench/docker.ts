import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { installCommands } from '../test/real/commands.ts'
import { startSession } from '../test/real/session.ts'

/*
 * `get` and `list` with 50 entries as docker runs them: ours beside Debian's docker-credential-secretservice, on the same
 * gnome-keyring, and docker-credential-pass; in turns, medians. Needs `npm run build` and Debian's packages
 * golang-docker-credential-helpers, pass and gnupg. Another store for ours: CREDBRIDGE_BENCH_STORE=vault.
 */

const runs = 40
const servers = Array.from({ length: 50 }, (_, at) => `registry-${at}.example.com`)
const store = process.env['CREDBRIDGE_BENCH_STORE'] ?? 'secret-service'

interface Row {
  readonly name: string
  readonly program: string
  readonly words: readonly string[]
  readonly input: string
  readonly answers: (stdout: string) => boolean
  readonly times: number[]
}

const ends: (() => Promise<void>)[] = []
const session = await startSession('unlocked', (work) => ends.push(work))
const commands = installCommands(join(session.folder, 'commands'))
const keys = join(session.folder, 'gnupg')
const env = { ...session.env, PATH: `${commands}:${session.env['PATH']}`, CREDBRIDGE_STORE: store, GNUPGHOME: keys }
try {
  makePasswordStore()
  const helpers = [
    join(commands, 'docker-credential-credbridge'),
    'docker-credential-secretservice',
    'docker-credential-pass',
  ]
  for (const helper of helpers) fill(helper)
  measure([bare(), ...helpers.map(getBy), ...helpers.map(listBy)])
} finally {
  spawnSync('gpgconf', ['--kill', 'gpg-agent'], { env })
  for (const end of ends) await end()
}

function makePasswordStore(): void {
  mkdirSync(keys, { mode: 0o700 })
  run('gpg', [
    '--batch',
    '--quiet',
    '--passphrase',
    '',
    '--quick-generate-key',
    'bench@example.com',
    'default',
    'default',
    'never',
  ])
  run('pass', ['init', 'bench@example.com'])
}

function fill(helper: string): void {
  for (const ServerURL of servers)
    run(helper, ['store'], JSON.stringify({ ServerURL, Username: 'alice', Secret: 's3cret' }))
}

function bare(): Row {
  const program = join(commands, 'node')
  return { name: 'node -e 0', program, words: ['-e', '0'], input: '', answers: (stdout) => stdout === '', times: [] }
}

function getBy(program: string): Row {
  const answers = (stdout: string) => JSON.parse(stdout).Secret === 's3cret'
  return { name: `${nameOf(program)} get`, program, words: ['get'], input: servers[7] ?? '', answers, times: [] }
}

function listBy(program: string): Row {
  const answers = (stdout: string) => Object.keys(JSON.parse(stdout)).length === servers.length
  return { name: `${nameOf(program)} list, 50 entries`, program, words: ['list'], input: 'unused', answers, times: [] }
}

function nameOf(program: string): string {
  return program.endsWith('credbridge') ? `docker-credential-credbridge (${store})` : program
}

function measure(rows: readonly Row[]): void {
  for (let turn = -2; turn < runs; turn++) {
    for (const { name, program, words, input, answers, times } of rows) {
      const start = process.hrtime.bigint()
      const stdout = run(program, words, input)
      const time = Number(process.hrtime.bigint() - start) / 1e6
      if (!answers(stdout)) throw new Error(`${name} gave another answer`)
      if (turn >= 0) times.push(time)
    }
  }
  const start = median(rows[0]?.times ?? [])
  console.log(`medians of ${runs} runs in turns, Node ${process.version}, environment cleared`)
  for (const { name, times } of rows) {
    const time = median(times)
    console.log(`${name.padEnd(62)} ${time.toFixed(1).padStart(7)} ms  ${(time / start).toFixed(2)} × node -e 0`)
  }
}

function run(program: string, words: readonly string[], input = ''): string {
  const { stdout, stderr, status } = spawnSync(program, words, { env, input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${words[0]}: ${stdout}${stderr}`)
  return stdout
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
