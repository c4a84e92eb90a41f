import type { Credential } from '../../../core/credential.ts'
import type { FoundSecrets, Machine } from '../../tool.ts'

/** A type of file that contains plain secrets of Python's tools. */
export interface Source {
  /** The value of `source` in its traces. */
  readonly name: string
  find(machine: Machine): FoundSecrets | Promise<FoundSecrets>
  putBack(machine: Machine, trace: Readonly<Record<string, string>>, credential: Credential): Promise<void> | void
}
