import { Failure } from '../../core/failure.ts'

/*
 * The messages of docker's credential helpers (docker-credential-helpers, README "Development" and credentials/). A
 * request is the bare server address, or for `store` one JSON object. An answer is one JSON object and a line end. An
 * error is one sentence on standard output. Member names match in any case, as in Go.
 */

/** The request of `store` and the answer to `get`. */
export interface Message {
  readonly ServerURL?: string
  readonly Username?: string
  readonly Secret?: string
}

const names = ['ServerURL', 'Username', 'Secret'] as const

/** Reads one JSON object. A known member that is not a string or appears twice is `malformed`. Others are ignored. */
export function readMessage(text: string): Message {
  const value = parsed(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notAnObject()
  const spelled = memberNames(text)
  const message: { -readonly [Name in keyof Message]: Message[Name] } = {}
  for (const name of names) {
    const spellings = spelled.filter((one) => one.toLowerCase() === name.toLowerCase())
    const [spelling] = spellings
    if (spellings.length > 1) throw new Failure('malformed', `the credentials have ${name} twice`)
    if (spelling === undefined) continue
    const member = (value as Readonly<Record<string, unknown>>)[spelling]
    if (!isText(member)) throw new Failure('malformed', `the ${name} of the credentials is not a text`)
    message[name] = member
  }
  return message
}

/** One JSON object on one line, in the order given, escaped as Go's encoder does. */
export function printObject(members: readonly (readonly [name: string, value: string])[]): string {
  return `{${members.map(([name, value]) => `${quoted(name)}:${quoted(value)}`).join(',')}}\n`
}

/** The server address in a request, without one line end and without surrounding spaces and tabs. */
export function readServer(text: string): string {
  const line = text.endsWith('\n') ? text.slice(0, text.endsWith('\r\n') ? -2 : -1) : text
  const isBlank = (at: number) => line[at] === ' ' || line[at] === '\t'
  let [start, end] = [0, line.length]
  while (isBlank(start)) start++
  while (end > start && isBlank(end - 1)) end--
  return line.slice(start, end)
}

/** An unpaired surrogate has no UTF-8 form, and each client would replace it differently. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed()
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw notAnObject()
  }
}

/** The member names of the outermost object, with duplicates. The text is valid: `JSON.parse` has accepted it. */
function memberNames(text: string): readonly string[] {
  const found: string[] = []
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') depth--
    else if (character === '"') {
      const end = stringEnd(text, at)
      if (depth === 1 && isFollowedByColon(text, end)) found.push(JSON.parse(text.slice(at, end)))
      at = end - 1
    }
  }
  return found
}

function isFollowedByColon(text: string, from: number): boolean {
  let at = from
  while (' \t\r\n'.includes(text.charAt(at)) && at < text.length) at++
  return text.charAt(at) === ':'
}

function stringEnd(text: string, start: number): number {
  let at = start + 1
  while (text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1
  return at + 1
}

/** Go's encoding/json escapes these characters to make its output safe in HTML. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function notAnObject(): Failure {
  return new Failure('malformed', 'the credentials are not a JSON object')
}
