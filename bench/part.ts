import type { Figures, Row } from './measure.ts'
import type { World } from './world.ts'

/** A part of the benchmark. The rows of all parts run in the same turns, on the same keyring. */
export interface Part {
  /** Its name for `--only`. */
  readonly name: string
  /** Saves the items that its rows need. */
  prepare(world: World): Promise<Prepared>
}

export interface Prepared {
  readonly rows: readonly Row[]
  readonly goals: readonly Goal[]
  /** A measurement that cannot be a row. Runs once, after the rows. */
  readonly more?: () => Promise<readonly Figures[]>
  /** The programs compared with, and their versions. */
  readonly versions?: Readonly<Record<string, string>>
}

/** A limit for a row: `atMost` times the figure of another row, or `atMost` itself. */
export interface Goal {
  readonly row: string
  /** The other row. Absent: the limit is absolute, not a ratio. */
  readonly against?: string
  readonly atMost: number
  /** The figure that is limited; the median time if absent. */
  readonly figure?: 'median' | 'peak'
  readonly issue: number
}

/** The limits of issue 14 for calls on this store: of our own Node build by Node alone, of the executable by a `get` of git. */
export function callGoals(
  { forms: [node, standalone], named }: World,
  store: string,
  calls: readonly string[],
  get = 'git get',
): Goal[] {
  const git = standalone && named(get, standalone, store)
  return calls.flatMap((call): Goal[] => [
    ...(node === undefined ? [] : [{ row: named(call, node, store), against: 'node -e 0', atMost: 1.6, issue: 14 }]),
    ...(standalone === undefined || git === undefined
      ? []
      : [{ row: named(call, standalone, store), against: git, atMost: 1.1, issue: 14 }]),
  ])
}
