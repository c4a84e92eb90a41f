import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { askedAgain, insideHelper, type Ran, type Run } from '../../core/program.ts'
import { concurrencyLimit } from '../../system/concurrency-limit.ts'
import { type Message, printObject, readMessage } from '../../tools/docker/message.ts'

/*
 * The client side of docker's credential helper protocol (docker-credential-helpers, README "Development" and client/).
 * The verb is the only argument, the request is on standard input, the answer or an error message on standard output.
 * Only the error message for "not found" is recognised. Other messages are not repeated: they may contain secrets.
 */

/** A helper as its client sees it. Each call ends within the limit. */
export interface HelperProgram {
  /** User name and secret of a server; `undefined` if the helper has none. */
  get(server: string): Promise<{ readonly user: string; readonly secret: string } | undefined>
  store(server: string, user: string, secret: string): Promise<void>
  erase(server: string): Promise<void>
  /** All servers and their user names. */
  list(): Promise<readonly (readonly [server: string, user: string])[]>
}

export interface HelperOptions {
  /** `docker-credential-…`, for messages. */
  readonly command: string
  /** Its absolute path. */
  readonly program: string
  readonly run: Run
  /** Milliseconds for each call. */
  readonly limit: number
}

const notFound = 'credentials not found in native keychain'

/** Helpers in Go read no longer lines, in bytes: bufio.MaxScanTokenSize. */
const longestMessage = 65_535

/** The limit of simultaneous calls: each may start several programs and ask for a passphrase. */
const atOnce = 4

export function helperProgram({ command, program, run, limit }: HelperOptions): HelperProgram {
  const limited = concurrencyLimit(atOnce)

  async function call(verb: string, input: string): Promise<Ran> {
    if (Buffer.byteLength(input) > longestMessage)
      throw new Failure('too-large', `${command} takes at most ${longestMessage} bytes`)
    return limited(() => run(program, [verb], { input, limit, env: { [insideHelper]: '1' } }))
  }

  async function get(server: string) {
    const ran = await call('get', server)
    if (ran.exitCode !== 0 && ran.stdout.trim() === notFound) return undefined
    const text = answer(ran, 'get')
    const { Username: user = '', Secret: secret = '' } = understood(() => readMessage(text))
    // docker-credential-pass answers with an empty secret if it has none.
    return secret === '' ? undefined : { user, secret }
  }

  async function store(server: string, user: string, secret: string): Promise<void> {
    const message: Required<Message> = { ServerURL: server, Username: user, Secret: secret }
    answer(await call('store', printObject(Object.entries(message))), 'store')
  }

  async function erase(server: string): Promise<void> {
    answer(await call('erase', server), 'erase')
  }

  async function list() {
    const text = answer(await call('list', 'unused'), 'list')
    const servers = text === '' ? {} : understood(() => objectIn(text))
    return Object.entries(servers).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  }

  function answer({ exitCode, stdout, stderr }: Ran, verb: string): string {
    if (exitCode === 0) return stdout.trim()
    if (stdout.includes(askedAgain) || stderr.includes(askedAgain)) throw leadsToUs(command)
    throw new Failure('unavailable', `${command} could not ${verb}`, {
      hints: [hint`see its output: ${byHand(verb)}`],
    })
  }

  function byHand(verb: string): string {
    if (verb !== 'store') return `${command} list`
    return `echo '{"ServerURL":"https://a.example.com","Username":"a","Secret":"b"}' | ${command} store`
  }

  function understood<T>(read: () => T): T {
    try {
      return read()
    } catch {
      throw new Failure('malformed', `${command} gave an invalid answer`, {
        hints: [hint`see its output: ${command} list`],
      })
    }
  }

  return { get, store, erase, list }
}

/** Older helpers print `null` for an empty list. */
function objectIn(text: string): object {
  const value: unknown = JSON.parse(text) ?? {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not an object')
  return value
}

/** The failure for a helper that calls credbridge, which would be an endless loop. */
export function leadsToUs(command: string): Failure {
  return new Failure('refused', `${command} is credbridge itself`, {
    hints: [hint`to use another store: credbridge use vault`],
  })
}
