import type { Figures } from './measure.ts'
import type { Goal } from './part.ts'

/** A goal and its result. */
export interface Judged {
  readonly goal: Goal
  readonly says: string
  /** The ratio, or the figure itself for an absolute limit. */
  readonly value: number
  readonly met: boolean
}

/** The goals whose rows were measured. */
export function judge(goals: readonly Goal[], figures: readonly Figures[]): readonly Judged[] {
  return goals.flatMap((goal) => {
    const { row, against, atMost, figure = 'median', issue } = goal
    const of = (name: string) => figures.find((it) => it.name === name)?.[figure]
    const own = of(row)
    const other = against === undefined ? 1 : of(against)
    if (own === undefined || other === undefined) return []
    const value = own / other
    const what = figure === 'peak' ? `${row}, peak memory` : row
    const says = `issue ${issue}: ${what}${against === undefined ? '' : ` ÷ ${against}`}`
    return [{ goal, says, value, met: value <= atMost }]
  })
}

/** The figures as text: milliseconds, MB, and the median divided by those of `node -e 0` and of git's helper in C. */
export function table(figures: readonly Figures[]): string {
  const [node, libsecret] = ['node -e 0', 'git get: git-credential-libsecret'].map(
    (name) => figures.find((it) => it.name === name)?.median ?? Number.NaN,
  ) as [number, number]
  const head = ['', 'median', 'min', 'p90', 'MB', '÷ node -e 0', '÷ libsecret get', 'runs']
  const lines = figures.map(({ name, runs, median, min, p90, peak }) => [
    name,
    ...[median, min, p90].map((time) => time.toFixed(1)),
    peak.toFixed(1),
    ...[median / node, median / libsecret].map((ratio) => (Number.isNaN(ratio) ? '' : ratio.toFixed(2))),
    String(runs),
  ])
  return columns([head, ...lines])
}

/** The goals as text. */
export function goalTable(judged: readonly Judged[]): string {
  const head = ['', 'is', 'goal', '']
  const lines = judged.map(({ says, value, goal, met }) => [
    says,
    value.toFixed(2),
    `≤ ${goal.atMost}`,
    met ? 'met' : 'NOT MET',
  ])
  return columns([head, ...lines])
}

function columns(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map((line) => (line[at] ?? '').length)))
  const padded = (cell: string, at: number) =>
    at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)
  return lines.map((line) => `${line.map(padded).join('  ').trimEnd()}\n`).join('')
}
