import type { Credential } from '../../../core/credential.ts'
import type { FoundSecrets, World } from '../../tool.ts'

/** One kind of file in which Python's tools leave plain secrets. */
export interface Source {
  /** What its traces say in `source`. */
  readonly name: string
  find(world: World): FoundSecrets | Promise<FoundSecrets>
  putBack(world: World, trace: Readonly<Record<string, string>>, credential: Credential): void
}
