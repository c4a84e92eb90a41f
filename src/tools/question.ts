import type { Kind, Owner } from '../core/credential.ts'
import type { Endpoint } from '../core/endpoint.ts'
import type { Lookup } from '../core/selection.ts'
import type { Environment, Machine } from '../system/machine.ts'
import type { Dialect } from './dialect.ts'

/** What a person wants explained: what a tool gets for this endpoint, and for this user if one is named. */
export interface Asked {
  readonly endpoint: Endpoint
  readonly account: string | undefined
}

/** How a tool's client asks: a call of its dialect, or the lookup of a tool that credbridge itself asks for. */
export type Question = ({ readonly lookup: Lookup } | DialectCall) & {
  /** How its usual request may differ from this one. */
  readonly remark?: string
}

export interface DialectCall {
  readonly dialect: Dialect
  readonly words: readonly string[]
  /** The client's message; by default empty. */
  readonly input?: string
  /** Added to the environment of this process. */
  readonly env?: Environment
}

/** The question of a tool's client; `undefined` if it cannot ask for this endpoint. */
export type MakeQuestion = (asked: Asked, machine: Machine) => Promise<Question | undefined>

/** The lookup for exactly this endpoint. */
export function lookupAt(tool: Owner, kinds: readonly Kind[], { endpoint, account }: Asked): Lookup {
  return { tool, kinds, endpoints: [endpoint], ...(account === undefined ? {} : { account }) }
}
