import type { Credential } from '../../../core/credential.ts'
import type { FoundSecrets, Machine } from '../../tool.ts'

/** One kind of file in which Python's tools leave plain secrets. */
export interface Source {
  /** What its traces say in `source`. */
  readonly name: string
  find(machine: Machine): FoundSecrets | Promise<FoundSecrets>
  putBack(machine: Machine, trace: Readonly<Record<string, string>>, credential: Credential): Promise<void> | void
}
