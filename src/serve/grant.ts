import { withoutConfiguration } from '../core/configuration.ts'
import { type Owner, ourselves, pythonNotes } from '../core/credential.ts'
import { type Address, type Endpoint, sameEndpoint } from '../core/endpoint.ts'

/** When a person is asked before a find: at each one, at the first of a tool at an account, or never. */
export type Ask = 'each' | 'first' | 'never'

export const asks: readonly Ask[] = ['each', 'first', 'never']

/** What one socket may do. It is said when the socket is made, and does not change. */
export interface Grant {
  /** The host or container, as the person who made the grant calls it. */
  readonly name: string
  /** These endpoints, and of an address all below it. Absent: any, and a person is asked for each. */
  readonly allowed?: readonly Endpoint[]
  /** These tools only. Their names are claims of the far side. Absent: any. */
  readonly tools?: readonly Owner[]
  /** Whether the far side may also save and remove. */
  readonly saves: boolean
  readonly ask: Ask
  /** When it ends, in milliseconds since 1970. Absent: with the process. */
  readonly until?: number
  /** The users of this machine that may connect, where the kernel tells who does. */
  readonly userIds: readonly number[]
}

/** Whether the grant has room for this endpoint. Without allowed endpoints a person still has to say yes. */
export function covers({ allowed }: Grant, endpoint: Endpoint): boolean {
  return allowed === undefined || allowed.some((one) => isAtOrBelow(one, endpoint))
}

/** Whether this tool may use the grant. What credbridge keeps for itself is for no tool of another machine. */
export function admits({ tools }: Grant, tool: Owner): boolean {
  const name = withoutConfiguration(tool)
  if ([ourselves, pythonNotes].includes(name) || !/^[a-z][a-z0-9-]*(@[\w.-]+)?$/.test(tool)) return false
  return tools === undefined || tools.includes(name)
}

export function isOver({ until }: Grant, now: number): boolean {
  return until !== undefined && until <= now
}

/** The same origin, and the same path or one below it. Both are canonical, so no other spelling and no `..` gets by. */
function isAtOrBelow(allowed: Endpoint, endpoint: Endpoint): boolean {
  if (sameEndpoint(allowed, endpoint)) return true
  if (allowed.form !== 'address' || endpoint.form !== 'address' || !sameOrigin(allowed, endpoint)) return false
  return allowed.path === '' || endpoint.path.startsWith(`${allowed.path}/`)
}

function sameOrigin(a: Address, b: Address): boolean {
  return a.scheme === b.scheme && a.host === b.host && a.port === b.port
}
