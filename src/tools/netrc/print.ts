import { type Address, withParents } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { printable } from '../../core/failure-text.ts'
import { hint } from '../../core/hint.ts'
import type { Answer, Lookup } from '../../core/selection.ts'
import { passwordWire } from '../git/token-user.ts'
import type { ToolCommandContext } from '../tool.ts'
import { tool } from './names.ts'
import { printWord } from './syntax.ts'

/** An entry to print. */
interface Line {
  readonly at: Address
  readonly login: string
  readonly text: string
}

/** Prints an entry for each endpoint that has a credential. Returns 1 if one has none. */
export async function printNetrc(
  context: ToolCommandContext,
  words: readonly string[],
  show: boolean,
): Promise<number> {
  const { terminal, broker, placeIn } = context
  if (terminal.outIsTerminal && !show) {
    throw new Failure('refused', 'the passwords would be shown on the terminal', {
      hints: [hint`add --show, or use it so: curl --netrc-file <(credbridge netrc ${words}) …`],
    })
  }
  const places: { readonly endpoint: Address; readonly account: string | undefined }[] = []
  for (const word of words) {
    const { endpoint, account } = await placeIn(word)
    if (endpoint.form !== 'address') {
      throw new Failure('malformed', 'an entry of .netrc is for a host, which a service name does not have')
    }
    places.push({ endpoint, account })
  }
  const opened = await broker()
  const lines: Line[] = []
  const absent: string[] = []
  for (const { endpoint, account } of places) {
    const answer = await opened.find(lookupFor(endpoint, account))
    if (answer === undefined) absent.push(endpoint.key)
    else addTo(lines, lineFor(endpoint, answer))
  }
  terminal.out(lines.map(({ text }) => text).join(''))
  for (const key of absent) terminal.say(`${printable(`there is no password for ${key}`)}\n`)
  return absent.length === 0 ? 0 : 1
}

/** What a `.netrc` entry can carry, at the endpoint and above it. */
export function lookupFor(endpoint: Address, account: string | undefined): Lookup {
  const named = account === undefined ? {} : { account }
  return { tool, endpoints: withParents(endpoint), ...passwordWire(endpoint), ...named }
}

function lineFor(at: Address, { credential: { secret }, user }: Answer): Line {
  const host = at.host.startsWith('[') ? at.host.slice(1, -1) : at.host
  const words = [host, user, secret.expose()].map((word) => printWord(word))
  const [machine, login, password] = words
  if (words.includes(undefined) || user === '') {
    throw new Failure('malformed', `what is stored for ${at.key} cannot stand in a .netrc`)
  }
  return { at, login: user, text: `machine ${machine} login ${login} password ${password}\n` }
}

/** An entry has neither scheme nor port. So a file must not have the passwords of two servers of one host. */
function addTo(lines: Line[], line: Line): void {
  if (lines.some(({ text }) => text === line.text)) return
  const other = lines.find(
    ({ at, login }) => at.host === line.at.host && (!isSameServer(at, line.at) || login === line.login),
  )
  if (other !== undefined) {
    throw new Failure('ambiguous', `a .netrc cannot tell ${other.at.key} and ${line.at.key} apart`, {
      hints: [hint`ask for one of them at a time`],
    })
  }
  lines.push(line)
}

function isSameServer(a: Address, b: Address): boolean {
  return a.scheme === b.scheme && a.port === b.port
}
