import type { Credential, Kind } from '../../core/credential.ts'
import { type Address, parseAddress, userIn, withParents } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { rfc3339 } from '../../core/rfc3339.ts'
import { authorizationOf } from '../authorization.ts'
import { type Dialect, type Input, reply } from '../dialect.ts'
import { tokenUserAt } from '../git/token-user.ts'
import { type Intent, oneShot } from '../one-shot.ts'
import { command, tool } from './names.ts'

const kinds: readonly Kind[] = ['basic', 'bearer', 'header']

/**
 * The credential helper specification, of which Bazel's is the first client:
 * https://github.com/EngFlow/credential-helper-spec/blob/main/spec.md
 * Without a command, or with an unknown one, the call fails with the usage.
 */
export const bazel: Dialect = oneShot({
  tool,
  absent: reply('{}\n'),
  done: reply('{}\n'),
  ambiguous: 'broken',
  broken: (_failure, text) => ({ stdout: '', stderr: text, exitCode: 1 }),
  reading: ({ words }) => (isGet(words) ? { atMost: 64 * 1024 } : undefined),
  read: ({ words }, input) => (isGet(words) ? get(input) : { do: 'reply', reply: usage }),
})

const usage = { stdout: '', stderr: `Usage: ${command} get\n`, exitCode: 1 }

function isGet(words: readonly string[]): boolean {
  return words.length === 1 && words[0] === 'get'
}

function get(input: Input): Intent {
  const uri = uriIn(input.text())
  const endpoint = endpointOf(uri)
  const [account, tokenUser] = [userIn(uri), tokenUserAt(endpoint)]
  const lookup = {
    tool,
    kinds,
    endpoints: withParents(endpoint),
    ...(account === undefined ? {} : { account }),
    ...(tokenUser === undefined ? {} : { tokenUser }),
  }
  return {
    do: 'find',
    lookup,
    wanted: { endpoint, account, kind: 'bearer' },
    found: ({ credential, user }) => reply(printed(credential, user)),
  }
}

function uriIn(text: string): string {
  const { uri } = parsed(text)
  if (typeof uri === 'string') return uri
  throw new Failure('malformed', 'the request names no uri')
}

function parsed(text: string): { readonly uri?: unknown } {
  try {
    const request: unknown = JSON.parse(text)
    if (typeof request === 'object' && request !== null) return request
  } catch {}
  throw new Failure('malformed', 'the request is not a JSON object')
}

/** gRPC is HTTP/2: over TLS it is https. */
const sameAs: Readonly<Record<string, string>> = { grpcs: 'https', grpc: 'http' }

function endpointOf(uri: string): Address {
  const { scheme } = parseAddress(uri)
  const web = Object.hasOwn(sameAs, scheme) ? (sameAs[scheme] ?? scheme) : scheme
  if (web !== 'https' && web !== 'http') throw new Failure('unsupported', 'the uri is not of the web or of gRPC')
  return parseAddress(web + uri.slice(uri.indexOf('://')))
}

/** Bazel reads a time without a fraction of a second only, and fails where it cannot read one. */
function printed(credential: Credential, user: string): string {
  const expires = credential.expires === undefined ? undefined : rfc3339(credential.expires)
  return `${JSON.stringify({ headers: { Authorization: [authorizationOf(credential, user)] }, expires })}\n`
}
