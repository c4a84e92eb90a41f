import type { Figures, Row } from './measure.ts'
import type { World } from './world.ts'

/** A part of the benchmark. All parts' rows run in the same turns, on the same keyring. */
export interface Part {
  /** What `--only` calls it. */
  readonly name: string
  /** Puts what its rows need into the keyring and the stores. */
  prepare(world: World): Promise<Prepared>
}

export interface Prepared {
  readonly rows: readonly Row[]
  readonly goals: readonly Goal[]
  /** What starting programs cannot measure; done once, after the rows. */
  readonly more?: () => Promise<readonly Figures[]>
  /** The programs that ours stand beside, and their versions. */
  readonly versions?: Readonly<Record<string, string>>
}

/** At most so many times what another row takes; without another row, at most so much. */
export interface Goal {
  readonly row: string
  /** Absent: the goal is a figure of its own, not a ratio. */
  readonly against?: string
  readonly atMost: number
  /** Which figure; the median of the time if absent. */
  readonly figure?: 'median' | 'peak'
  readonly issue: number
}
