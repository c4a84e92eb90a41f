import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { installCommands } from '../test/real/commands.ts'
import { startSession } from '../test/real/session.ts'

/*
 * `keyring --mode creds --output json get`, as pip runs it: ours beside Python's own, on the same gnome-keyring, in
 * turns, medians. Run `npm run build` and `.ci/python-clients` before it. Another store for ours, then not the same
 * keychain: CREDBRIDGE_BENCH_STORE=vault.
 */

const runs = 40
const theirs = join(import.meta.dirname, '..', '.cache', 'python-clients', 'tools', 'bin')
const service = 'https://pypi.example.com/simple/'
const words = ['--mode', 'creds', '--output', 'json', 'get', service]

if (!existsSync(join(theirs, 'keyring'))) throw new Error('run .ci/python-clients first')
const ends: (() => Promise<void>)[] = []
const session = await startSession('unlocked', (work) => ends.push(work))
try {
  await measure()
} finally {
  for (const end of ends) await end()
}

async function measure(): Promise<void> {
  const commands = installCommands(join(session.folder, 'commands'))
  const store = process.env['CREDBRIDGE_BENCH_STORE'] ?? 'secret-service'
  const env = { ...session.env, PATH: `${commands}:${session.env['PATH']}`, CREDBRIDGE_STORE: store }
  const native = { ...env, PYTHON_KEYRING_BACKEND: 'keyring.backends.SecretService.Keyring' }
  const keyring = join(commands, 'credbridge-keyring')
  const set = ['set', service, 'alice']
  for (const [program, environment] of [
    [keyring, env],
    [join(theirs, 'keyring'), native],
  ] as const) {
    const kept = spawnSync(program, set, { env: environment, input: 'p@ss\n' })
    if (kept.status !== 0) throw new Error(kept.stderr.toString())
  }
  const answer = '{"username": "alice", "password": "p@ss"}\n'
  const rows = [
    { name: 'node -e 0', program: join(commands, 'node'), words: ['-e', '0'], env, answer: '', times: [] as number[] },
    { name: `credbridge-keyring get (${store})`, program: keyring, words, env, answer, times: [] as number[] },
    {
      name: 'python -c pass',
      program: join(theirs, 'python'),
      words: ['-c', 'pass'],
      env,
      answer: '',
      times: [] as number[],
    },
    {
      name: 'Python keyring get (SecretService)',
      program: join(theirs, 'keyring'),
      words,
      env: native,
      answer,
      times: [] as number[],
    },
  ]
  for (let run = -2; run < runs; run++) {
    for (const row of rows) {
      const start = process.hrtime.bigint()
      const { stdout, status } = spawnSync(row.program, row.words, { env: row.env })
      const time = Number(process.hrtime.bigint() - start) / 1e6
      if (status !== 0 || stdout.toString() !== row.answer) throw new Error(`${row.name} did not answer`)
      if (run >= 0) row.times.push(time)
    }
  }
  const python = median(rows[3]?.times ?? [])
  console.log(`medians of ${runs} runs in turns, Node ${process.version}; the goal for ours is 0.4 × Python's`)
  for (const { name, times } of rows) {
    const time = median(times)
    console.log(`${name.padEnd(44)} ${time.toFixed(1).padStart(7)} ms  ${(time / python).toFixed(2)} ×`)
  }
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
