import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'
import type { Answer } from '../../core/selection.ts'
import { type Dialect, type Reply, reply } from '../dialect.ts'
import { type Intent, oneShot } from '../one-shot.ts'
import { removalBeside } from './flyte-expiry.ts'
import { asciiJson } from './json.ts'
import { itemOf, lookupOf, removalOf, savingOf } from './lookup.ts'

/*
 * How our backend class for Python (backend/credbridge_keyring.py) speaks to us. It writes one JSON object, ends its
 * input, and reads one JSON object; both in ASCII. It may be older or newer than we are: unknown members are ignored.
 *
 *   {"do": "get", "service": "s", "username": "u" or null}         {"found": {"username": "u", "password": "p"} or null}
 *   {"do": "set", "service": "s", "username": "u", "password": "p"}  {"done": true}
 *   {"do": "delete", "service": "s", "username": "u"}              {"done": true}, or false if there was nothing
 *   a failure                                                      {"error": {"code": "locked", "message": "…"}}
 */

const longestMessage = 64 * 1024 * 1024

export const conversation: Dialect = oneShot({
  tool: 'python',
  absent: says({ found: null }),
  done: says({ done: true }),
  ambiguous: 'broken',
  broken: ({ code }, text) => says({ error: { code, message: text.trimEnd() } }),
  reading: () => ({ atMost: longestMessage }),

  read(_call, input): Intent {
    const { do: verb, service, username, password } = messageIn(input.text())
    if (service === undefined) throw malformed()
    if (verb === 'get') return { do: 'find', lookup: lookupOf(service, username), found: answer }
    if (username === undefined) throw malformed()
    if (verb === 'delete') {
      const beside = removalBeside(service, username)
      return { do: 'remove', removal: removalOf(service, username), beside, absent: says({ done: false }) }
    }
    if (verb !== 'set' || password === undefined) throw malformed()
    const credential = itemOf(service, username, new Secret(password))
    return { do: 'save', credential, saving: savingOf(service) }
  },
})

function answer({ credential }: Answer): Reply {
  return says({ found: { username: credential.account, password: credential.secret.expose() } })
}

function says(message: object): Reply {
  return reply(asciiJson(message))
}

type Message = { [Name in 'do' | 'service' | 'username' | 'password']?: string }

/** The members, which are texts. `null` counts as absent. */
function messageIn(text: string): Message {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    throw malformed()
  }
  if (typeof message !== 'object' || message === null) throw malformed()
  return Object.fromEntries(Object.entries(message).filter(([, value]) => typeof value === 'string'))
}

function malformed(): Failure {
  return new Failure('malformed', 'invalid request from the Python backend', {
    hints: [hint`credbridge setup python`],
  })
}
