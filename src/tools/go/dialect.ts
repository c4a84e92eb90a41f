import { type Address, parseAddress, userIn, withParents } from '../../core/endpoint.ts'
import { asFailure, Failure, isFailure } from '../../core/failure.ts'
import { formatFailure } from '../../core/failure-text.ts'
import { isPrintableWord } from '../../core/printable-word.ts'
import { authorizationOf } from '../authorization.ts'
import { type Conversation, type Dialect, find, list, reply } from '../dialect.ts'
import { tokenUserAt } from '../git/token-user.ts'
import { howToKeep } from '../not-kept.ts'
import { kinds, tool } from './names.ts'
import { hasPassword, prefixesOf } from './prefix.ts'

/** In bytes. Longer addresses are no module's. */
const longestUrl = 8192

const nothing = reply('')

/**
 * A command of GOAUTH (`go help goauth`). go calls it without a word before its first request, and again with the URL
 * of each request that was answered with 4xx. The answer is headers for prefixes of URLs. It goes to go's requests below
 * these prefixes, so it names nothing but what is kept. Any exit code but 0 counts as no answer; the response that go
 * writes to standard input is not needed.
 */
export const go: Dialect = {
  tool,
  broken: (_failure, text) => ({ stdout: '', stderr: text, exitCode: 1 }),

  *converse({ words: [url, ...more] }) {
    if (more.length > 0) throw new Failure('malformed', 'the only word is the URL')
    return yield* url === undefined ? beforeTheFirstRequest() : afterARefusal(url)
  },
}

/** What a person shared with go, so that it is sent at once. Some servers answer strangers wrongly instead of refusing. */
function* beforeTheFirstRequest(): Conversation {
  let [stdout, stderr] = ['', '']
  for (const { endpoint, account } of yield* list({ tool, kinds })) {
    if (endpoint.form !== 'address' || endpoint.scheme !== 'https') continue
    const answer = yield* find({ tool, kinds, endpoints: [endpoint], account, ...withTokenUser(endpoint) })
    try {
      if (answer !== undefined) stdout += block([endpoint.key], authorizationOf(answer.credential, answer.user))
    } catch (error) {
      if (!isFailure(error) || error.code !== 'malformed') throw error
      stderr += formatFailure(asFailure(error))
    }
  }
  return { stdout, stderr, exitCode: 0 }
}

function* afterARefusal(url: string): Conversation {
  if (!url.startsWith('https://')) return nothing
  if (!isPrintableWord(url) || url.length > longestUrl) throw new Failure('malformed', 'the URL is not valid')
  // go sends the password in a URL itself, and it was refused.
  if (hasPassword(url)) return nothing
  const at = parseAddress(url)
  const user = userIn(url)
  const named = user === undefined ? {} : { account: user }
  const answer = yield* find({ tool, kinds, endpoints: withParents(at), ...named, ...withTokenUser(at) })
  if (answer === undefined) {
    const stderr = yield* howToKeep({ endpoint: at, account: user, kind: 'basic', isHidden: true })
    return { ...nothing, stderr }
  }
  if (answer.credential.endpoint.form !== 'address') return nothing
  return reply(block(prefixesOf(url, answer.credential.endpoint), authorizationOf(answer.credential, answer.user)))
}

function withTokenUser(at: Address): { tokenUser?: string | true } {
  const tokenUser = tokenUserAt(at)
  return tokenUser === undefined ? {} : { tokenUser }
}

function block(prefixes: readonly string[], authorization: string): string {
  return `${prefixes.join('\n')}\n\nAuthorization: ${authorization}\n\n`
}
