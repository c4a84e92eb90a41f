import type { Credential } from '../../../core/credential.ts'
import type { PlainSecret, World } from '../../tool.ts'

/** One kind of file in which Python's tools leave plain secrets. */
export interface Source {
  /** What its traces say in `source`. */
  readonly name: string
  find(world: World): { readonly secrets: readonly PlainSecret[]; readonly remarks: readonly string[] }
  putBack(world: World, trace: Readonly<Record<string, string>>, credential: Credential): void
}
