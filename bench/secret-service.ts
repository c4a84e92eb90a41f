import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { installCommands } from '../test/real/commands.ts'
import { systemPython } from '../test/real/prompter.ts'
import { run as runOnce } from '../test/real/run.ts'
import { type Session, startSession } from '../test/real/session.ts'
import { exchangeOf, type Moments } from './secret-service-parts.ts'

/*
 * git's `get` on the Secret Service: by the secret-service store, by the keychain store and by git's own helper in C,
 * on the same gnome-keyring, with none and with 1,000 other items. Runs in turns; prints medians and minima, and then
 * the parts of credbridge's time, from the times of its system calls. Needs `npm run build`, strace,
 * python3-secretstorage and git-credential-libsecret (`.ci/gits`).
 */

const runs = Number(process.env['CREDBRIDGE_BENCH_RUNS'] ?? 60)
const others = 1_000
const about = 'protocol=https\nhost=git.example.com\nusername=alice\n\n'
const libsecret = join(import.meta.dirname, '..', '.cache', 'bin', 'git-credential-libsecret')

interface Row {
  readonly name: string
  readonly program: string
  readonly words: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly answer: string
}

const ends: (() => Promise<void>)[] = []
try {
  const session = await startSession('unlocked', (work) => ends.push(work))
  const rows = rowsOn(session)
  rows.forEach(keep)
  console.log(`medians (minima) of ${runs} runs in turns, Node ${process.version}, environment cleared`)
  const alone = measure(rows)
  print('nothing else in the keyring', rows, alone)
  await fill(session)
  const crowded = measure(rows)
  print(`${others} other items in the keyring`, rows, crowded)
  console.log('\nthese items slow down')
  rows.forEach(({ name }, at) => {
    const [before, after] = [alone[at] ?? [], crowded[at] ?? []]
    console.log(
      `${name.padEnd(46)} by ${(median(after) - median(before)).toFixed(2)} ms (${(Math.min(...after) - Math.min(...before)).toFixed(2)})`,
    )
  })
} finally {
  for (const end of ends) await end()
}

await parts()

/** Prints the time of each part of a call. */
async function parts(): Promise<void> {
  const ends: (() => Promise<void>)[] = []
  try {
    const session = await startSession('unlocked', (work) => ends.push(work))
    const [, ours] = rowsOn(session)
    if (ours === undefined) return
    keep(ours)
    const all: Moments[] = []
    for (let turn = -2; turn < runs; turn++) {
      const moments = await exchangeOf(ours.program, ours.words, ours.env, about, session.folder)
      if (turn >= 0) all.push(moments)
    }
    console.log('\nparts of a get by the secret-service store, from its system calls, median (minimum)')
    for (const part of Object.keys(all[0] ?? {}) as (keyof Moments)[]) {
      const times = all.map((moments) => moments[part])
      console.log(`${part.padEnd(46)} ${median(times).toFixed(2).padStart(7)} ms (${Math.min(...times).toFixed(2)})`)
    }
  } finally {
    for (const end of ends) await end()
  }
}

function rowsOn(session: Session): readonly Row[] {
  const commands = installCommands(join(session.folder, 'commands'))
  const env = { ...session.env, PATH: `${commands}:${session.env['PATH']}` }
  const ours = join(commands, 'git-credential-credbridge')
  const answer = 'username=alice\npassword=s3cret\n'
  const by = (store: string): Row => ({
    name: `git-credential-credbridge get, ${store}`,
    program: ours,
    words: ['get'],
    env: { ...env, CREDBRIDGE_STORE: store },
    answer,
  })
  const rows: Row[] = [
    { name: 'node -e 0', program: process.execPath, words: ['-e', '0'], env, answer: '' },
    by('secret-service'),
    by('keychain'),
  ]
  if (existsSync(libsecret)) {
    rows.push({ name: 'git-credential-libsecret get (C)', program: libsecret, words: ['get'], env, answer })
  }
  return rows
}

/** Adds 1,000 foreign items to the session collection, which is not written to disk. */
async function fill({ env }: Session): Promise<void> {
  const code = [
    'import secretstorage',
    'bus = secretstorage.dbus_init()',
    "memory = secretstorage.get_collection_by_alias(bus, 'session')",
    `for n in range(${others}): memory.create_item(f'other {n}', {'service': f'other{n}.example.com', 'username': 'bob', 'application': 'another'}, b'x')`,
  ]
  const { exitCode, stderr } = await runOnce(systemPython, ['-c', code.join('\n')], { env, timeout: 120_000 })
  if (exitCode !== 0) throw new Error(stderr)
}

function measure(rows: readonly Row[]): readonly number[][] {
  const times: number[][] = rows.map(() => [])
  for (let turn = -2; turn < runs; turn++) {
    rows.forEach((row, at) => {
      const start = process.hrtime.bigint()
      get(row)
      const time = Number(process.hrtime.bigint() - start) / 1e6
      if (turn >= 0) times[at]?.push(time)
    })
  }
  return times
}

function keep({ program, env, answer }: Row): void {
  if (answer !== '') spawnSync(program, ['store'], { env, input: about.replace(/\n\n$/, '\npassword=s3cret\n\n') })
}

function get({ name, program, words, env, answer }: Row): void {
  const { stdout, stderr, status } = spawnSync(program, words, { env, input: about, encoding: 'utf8' })
  if (status !== 0 || stdout !== answer) throw new Error(`${name} gave another answer: ${stdout}${stderr}`)
}

function print(title: string, rows: readonly Row[], times: readonly number[][]): void {
  console.log(`\n${title}`)
  const bare = times[0] ?? []
  rows.forEach(({ name }, at) => {
    const own = times[at] ?? []
    const ratios = `${(median(own) / median(bare)).toFixed(2)} (${(Math.min(...own) / Math.min(...bare)).toFixed(2)})`
    console.log(
      `${name.padEnd(46)} ${median(own).toFixed(1).padStart(7)} ms (${Math.min(...own).toFixed(1)})  ${ratios} × node -e 0`,
    )
  })
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
