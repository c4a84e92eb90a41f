import type { Credential } from '../../../core/credential.ts'
import type { PlainSecret, World } from '../../tool.ts'

export interface Findings {
  readonly secrets: readonly PlainSecret[]
  readonly remarks: readonly string[]
}

/** One kind of file in which Python's tools leave plain secrets. */
export interface Source {
  /** What its traces say in `source`. */
  readonly name: string
  find(world: World): Findings | Promise<Findings>
  putBack(world: World, trace: Readonly<Record<string, string>>, credential: Credential): void
}
