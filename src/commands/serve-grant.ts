import { type Command, Option } from 'commander'
import { person } from '../core/credential.ts'
import { closest } from '../core/did-you-mean.ts'
import { type Endpoint, parseAddress, serviceName } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { typedSpan } from '../core/time-words.ts'
import { runtime } from '../edge/installation/version.ts'
import { type Ask, asks, type Grant } from '../serve/grant.ts'
import { tools } from '../tools/index.ts'
import { collected } from './arguments.ts'

/** The options that say what a socket may do. */
export interface GrantOptions {
  readonly allow?: readonly string[]
  readonly tools?: string
  readonly allowSave?: boolean
  readonly readOnly?: boolean
  readonly until?: string
  readonly ask?: Ask
}

/** Adds these options to a command. `where` stands before what each one says. */
export function withGrant(command: Command, where = ''): Command {
  return command
    .option('--allow <endpoint>', `${where}this endpoint and all below it; repeat it for more`, collected)
    .option('--tools <names>', `${where}these tools only, as git,docker`)
    .option('--read-only', `${where}find only, which is the default`)
    .option('--allow-save', `${where}also save and remove`)
    .option('--until <time>', `${where}end after this time, as 30m or 8h, or at 2026-12-31T18:00:00Z`)
    .addOption(
      new Option(
        '--ask <when>',
        `${where}ask before each find, before the first of an account (the default), or never`,
      ).choices(asks),
    )
}

/** The grant that the options describe. It asks a person before the first find of an account, unless `--ask` says otherwise. */
export function grantFrom(options: GrantOptions, name: string, userIds: readonly number[], now: number): Grant {
  const { allow, allowSave = false, readOnly = false, until } = options
  if (allowSave && readOnly) throw new Failure('malformed', '--read-only and --allow-save contradict each other')
  const { ask = 'first' } = options
  if (allow === undefined && ask === 'never') {
    throw new Failure('malformed', 'without a question, the endpoints must be named', {
      hints: [hint`--allow https://git.example.com`],
    })
  }
  return {
    name,
    saves: allowSave,
    ask,
    userIds,
    ...(allow === undefined ? {} : { allowed: allow.map(endpointFrom) }),
    ...(options.tools === undefined ? {} : { tools: options.tools.split(',').map(toolFrom) }),
    ...(until === undefined ? {} : { until: endFrom(until, now) }),
  }
}

/** The users that may connect: this one, and those that are named. Only root gets past the modes of folder and socket. */
export function usersFrom(own: number, named: readonly string[]): readonly number[] {
  const users = [own, ...named.map(userFrom)]
  if (users.some((user) => user !== own && user !== 0)) {
    throw new Failure(
      'unsupported',
      'no other user than root can reach the socket: its folder is closed to all others',
      {
        hints: [hint`for root, as in a container of rootful docker: --uid 0`],
      },
    )
  }
  if (named.length > 0 && runtime !== 'native') {
    throw new Failure('unsupported', 'on Node nobody can tell who connects, so only your own processes may', {
      hints: [hint`use the native executable: npm run build:standalone`],
    })
  }
  return users
}

function userFrom(word: string): number {
  if (/^[0-9]{1,9}$/.test(word)) return Number(word)
  throw new Failure('malformed', 'a user is named by the number: --uid 0')
}

function endpointFrom(word: string): Endpoint {
  if (word.startsWith('service:')) return serviceName(word.slice('service:'.length))
  return parseAddress(word.includes('://') ? word : `https://${word}`)
}

function toolFrom(word: string): string {
  if (word === person) return word
  const tool = tools.find(({ name }) => name === word)
  if (tool !== undefined) return tool.asksAs ?? tool.name
  const names = [person, ...tools.map(({ name }) => name)]
  const meant = closest(word, names)
  throw new Failure('malformed', `there is no tool named ${word}`, {
    hints: [...(meant === undefined ? [] : [hint`did you mean ${meant}`]), hint`the tools are: ${names.join(', ')}`],
  })
}

function endFrom(word: string, now: number): number {
  const span = typedSpan(word)
  const end = span === undefined ? timeFrom(word) : now + span
  if (end !== undefined && span !== 0) return end
  throw new Failure('malformed', 'a time is a number and a unit (30m, 8h, 2d), or 2026-12-31T18:00:00Z')
}

function timeFrom(word: string): number | undefined {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(word) ? Date.parse(word) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}
