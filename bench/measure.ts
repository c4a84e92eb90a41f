import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** One run of a program. */
export interface Step {
  readonly program: string
  readonly words: readonly string[]
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>
  /** Standard input; empty if absent. */
  readonly input?: string
  /** Whether standard output is right. Absent: it must be empty. */
  readonly answers?: (stdout: string) => boolean
  /** Standard output is the time until which is measured, in nanoseconds of the monotonic clock (bench/npm.c). */
  readonly untilSaid?: true
  /** How many processes are started at once; absent: one. `answers` checks their joined output. */
  readonly atOnce?: number
}

/** One line of the results: one step, or several that belong together. */
export interface Row {
  readonly name: string
  steps(turn: number): readonly Step[]
}

/** The results of one row: times in milliseconds, peak memory in MB. */
export interface Figures {
  readonly name: string
  readonly runs: number
  readonly median: number
  readonly min: number
  readonly p90: number
  readonly peak: number
}

const root = join(import.meta.dirname, '..')
const warmUps = 2
const longest = 120_000

/** Runs all rows in turns, every other turn backwards. Returns the figures in the order of the rows. */
export function measure(rows: readonly Row[], turns: number, progress: (turn: number) => void = () => {}): Figures[] {
  const taken = rows.map((row) => ({ row, times: [] as number[], peaks: [] as number[] }))
  for (let turn = -warmUps; turn < turns; turn++) {
    progress(turn)
    for (const { row, times, peaks } of turn % 2 === 0 ? taken : taken.toReversed()) {
      const ran = row.steps(turn).map((step) => measureStep(row.name, step))
      if (turn < 0) continue
      times.push(ran.reduce((sum, { time }) => sum + time, 0))
      peaks.push(Math.max(...ran.map(({ peak }) => peak)))
    }
  }
  return taken.map(({ row, times, peaks }) => ({
    name: row.name,
    runs: times.length,
    median: quantile(times, 0.5),
    min: Math.min(...times),
    p90: quantile(times, 0.9),
    peak: quantile(peaks, 0.5),
  }))
}

/** Runs a step once without measuring it. Returns its standard output. */
export function runOnce({ program, words, env, input = '' }: Step): string {
  const { stdout, stderr, status } = spawnSync(program, words, { env, input, encoding: 'utf8', timeout: longest })
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${status}: ${stdout}${stderr}`)
  return stdout
}

/** Milliseconds until the step's last process has ended or the time that it says, and the largest peak memory of its processes in MB. */
function measureStep(name: string, step: Step): { readonly time: number; readonly peak: number } {
  const { program, words, env, input = '', untilSaid = false, atOnce = 1 } = step
  const { answers = (stdout: string) => (untilSaid ? /^[0-9]+\n$/.test(stdout) : stdout === '') } = step
  const { output, status } = spawnSync(measurer(), [String(atOnce), program, ...words], {
    env,
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    timeout: longest,
    maxBuffer: 256 * 1024 * 1024,
  })
  const [, stdout = '', stderr = '', ran = ''] = (output ?? []).map((text) => text ?? '')
  const runs = ran
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ').map(Number))
  const allWell = status === 0 && runs.length === atOnce && runs.every(([, , exitCode]) => exitCode === 0)
  if (!allWell || !answers(stdout)) throw new Error(`${name} gave another answer: ${JSON.stringify({ ran, stderr })}`)
  const [[, , , start = 0] = []] = runs
  return {
    time: (untilSaid ? Number(stdout) - start : Math.max(...runs.map(([time = 0]) => time))) / 1e6,
    peak: Math.max(...runs.map(([, peak = 0]) => peak)) / 1000,
  }
}

let compiled: string | undefined

function measurer(): string {
  compiled ??= compile('measure')
  return compiled
}

/** The path of the program of this name. Compiles its source if that is newer. */
export function compile(name: string): string {
  const source = join(import.meta.dirname, `${name}.c`)
  const folder = join(root, 'build', 'bench')
  const program = join(folder, name)
  if ((statSync(program, { throwIfNoEntry: false })?.mtimeMs ?? 0) < statSync(source).mtimeMs) {
    mkdirSync(folder, { recursive: true })
    execFileSync('gcc', ['-O2', '-Wall', '-Wextra', '-static', '-o', program, source])
  }
  return program
}

/** Uses the nearest rank, so that the result is always a measured value. */
function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
