import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { askpass } from './askpass.ts'
import { cargo } from './cargo.ts'
import { docker } from './docker.ts'
import { git } from './git.ts'
import { goAndBazel } from './go-and-bazel.ts'
import { kubectlAndAws } from './kubectl-and-aws.ts'
import { type Figures, measure } from './measure.ts'
import { npm } from './npm.ts'
import { openbao } from './openbao.ts'
import type { Goal, Part } from './part.ts'
import { charts, plot } from './plot.ts'
import { python } from './python.ts'
import { goalTable, judge, table } from './report.ts'
import { measureScaling } from './scaling.ts'
import { serve } from './serve.ts'
import { starts } from './starts.ts'
import { terraform } from './terraform.ts'
import { vault } from './vault.ts'
import { startWorld } from './world.ts'

/*
 * npm run bench [-- --quick] [-- --only=git,scaling]
 *
 * All rows run in turns, on one gnome-keyring, in an environment that inherits no variable of this process.
 * A complete run writes bench/results.json and docs/bench.svg; any other writes files of the same names to build/bench.
 */

const parts: readonly Part[] = [
  starts,
  git,
  docker,
  python,
  npm,
  cargo,
  vault,
  openbao,
  kubectlAndAws,
  askpass,
  goAndBazel,
  terraform,
  serve,
]

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } })
const quick = values.quick === true
const only = values.only?.split(',')
const whole = !quick && only === undefined

goFirst()
const figures: Figures[] = []
const scaling: Figures[] = []
const goals: Goal[] = []
const versions: Record<string, string> = {}

await measureParts(parts.filter(({ name }) => name === 'starts' || isWanted(name)))
if (isWanted('scaling')) await measureGrowth().catch(againOnce)
const judged = judge(goals, [...figures, ...scaling])
const caption = `Medians (bars), minimum to 90th percentile (lines), ${versionLine()}`

console.log(
  [versionLine(), table(figures), ...(scaling.length === 0 ? [] : [table(scaling)]), goalTable(judged)].join('\n\n'),
)
write(
  'results.json',
  'bench',
  `${JSON.stringify({ machine: machine(), versions, figures, scaling, goals: judged }, undefined, 2)}\n`,
)
write('bench.svg', 'docs', plot(charts(figures), caption))

/** Gives this process real-time priority, if permitted, so that other work is not measured. The keyring inherits it. */
function goFirst(): void {
  const { status } = spawnSync('chrt', ['--rr', '--all-tasks', '--pid', '1', String(process.pid)])
  if (status !== 0) console.error('no real-time priority (needs root): other work on this machine distorts the results')
}

function isWanted(name: string): boolean {
  return only === undefined || only.includes(name)
}

async function measureParts(wanted: readonly Part[]): Promise<void> {
  const ends: (() => Promise<void>)[] = []
  const world = await startWorld((work) => ends.push(work))
  try {
    versions['dbus-daemon and gnome-keyring'] = `${versionOf('dbus-daemon')}, ${versionOf('gnome-keyring-daemon')}`
    const prepared = []
    for (const part of wanted) prepared.push(await part.prepare(world))
    const rows = prepared.flatMap((part) => part.rows)
    const turns = quick ? 10 : 40
    figures.push(...measure(rows, turns, (turn) => said(`turn ${turn + 1} of ${turns}`)))
    for (const part of prepared) {
      figures.push(...((await part.more?.()) ?? []))
      goals.push(...part.goals)
      Object.assign(versions, part.versions)
    }
  } finally {
    for (const end of ends.toReversed()) await end()
  }
}

async function measureGrowth(): Promise<void> {
  const ends: (() => Promise<void>)[] = []
  const world = await startWorld((work) => ends.push(work))
  try {
    const amounts = quick
      ? { entries: [1, 1000], callers: [16], turns: 10 }
      : { entries: [1, 1000, 10_000], callers: [1, 4, 16], turns: 30 }
    scaling.push(...(await measureScaling(world, amounts)))
  } finally {
    for (const end of ends.toReversed()) await end()
  }
}

/** Prints to standard error, because standard output is for the tables. */
function said(progress: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r${progress} ` : '')
}

/** Measures a second time, because gnome-keyring 42.1 ended in some runs with sixteen callers at once. */
async function againOnce(error: unknown): Promise<void> {
  console.error(error)
  await measureGrowth()
}

function versionOf(program: string): string {
  const said = execFileSync(program, ['--version'], { encoding: 'utf8' })
  return /\d+\.\d+(\.\d+)*/.exec(said)?.[0] ?? said.trim()
}

function machine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor'
  return `${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${release()}`
}

function versionLine(): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join('; ')
}

function write(name: string, folder: string, text: string): void {
  const to = join(root, ...(whole ? [folder] : ['build', 'bench']))
  mkdirSync(to, { recursive: true })
  writeFileSync(join(to, name), text)
}
