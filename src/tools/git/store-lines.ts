import { type Address, addressOf, parseAddress } from '../../core/endpoint.ts'
import { Secret } from '../../core/secret.ts'
import { partsOfUrl } from './url.ts'

/*
 * Where credbridge must keep the lines of git-credential-store, so that git gets the same answers. `store` answers with
 * the first line that fits. A request without a path fits a line with any path, a request with a path only the line
 * with that path (credential_match in git's credential.c). git asks http and https without the path unless
 * credential.useHttpPath is set.
 */

/** A line with a user name and a password. `at` counts from 0. */
export interface StoreLine {
  readonly file: string
  readonly at: number
  readonly text: string
  readonly endpoint: Address
  readonly account: string
  readonly secret: Secret
}

/** A place at which git asks for the credential of a line. */
export interface AskedPlace {
  readonly endpoint: Address
  /** The path of the line, if the endpoint lacks it. */
  readonly droppedPath: string
  /** For a person: how the place differs from the line. Absent: it does not. */
  readonly changes?: string
  /** Whether `store` answers with it where git names no user, though other users are there. */
  readonly isFirst: boolean
}

/** `undefined` if the line has no credential. */
export function storeLine(file: string, at: number, text: string): StoreLine | undefined {
  try {
    const { protocol, host, path = '', username, password } = partsOfUrl(text)
    if (username === undefined || password === undefined) return undefined
    const endpoint = addressOf({ scheme: protocol, host, path })
    return { file, at, text, endpoint, account: username, secret: new Secret(password) }
  } catch {
    return undefined
  }
}

/** For each line, in order, its places: two if git asks with the path for some URLs of the server only, or none. */
export async function placesOf(
  lines: readonly StoreLine[],
  usesHttpPath: (url: string) => Promise<boolean>,
): Promise<readonly (readonly AskedPlace[])[]> {
  const taken = new Map<string, StoreLine>()
  const all: AskedPlace[][] = []
  for (const line of lines) all.push(await placesOfLine(line))
  return all.map((places, index) => places.map((place) => ({ ...place, isFirst: isFirst(place, index) })))

  async function placesOfLine(line: StoreLine): Promise<AskedPlace[]> {
    const { endpoint } = line
    if (endpoint.path === '' || !['http', 'https'].includes(endpoint.scheme)) return placed(line, endpoint, undefined)
    const server = parseAddress(endpoint.key.slice(0, -endpoint.path.length))
    const asksWithPath = await usesHttpPath(endpoint.key)
    const atServer = (await usesHttpPath(server.key)) ? [] : placed(line, server, withoutPath)
    if (asksWithPath) return [...atServer, ...placed(line, endpoint, undefined)]
    return atServer.length > 0 ? atServer : placed(line, endpoint, behindOthers)
  }

  /** None if an earlier line with another secret is there. */
  function placed(line: StoreLine, endpoint: Address, changes: string | undefined): AskedPlace[] {
    const place = JSON.stringify([endpoint.key, line.account])
    const earlier = taken.get(place)
    if (earlier !== undefined && !earlier.secret.equals(line.secret)) return []
    taken.set(place, earlier ?? line)
    const droppedPath = endpoint.path === line.endpoint.path ? '' : line.endpoint.path
    return [{ endpoint, droppedPath, ...(changes === undefined ? {} : { changes }), isFirst: false }]
  }

  function isFirst({ endpoint }: AskedPlace, index: number): boolean {
    const here = lines.flatMap(({ account }, at) => {
      return all[at]?.some((one) => one.endpoint.key === endpoint.key) === true ? [{ account, at }] : []
    })
    return here[0]?.at === index && here.some(({ account }) => account !== here[0]?.account)
  }
}

const withoutPath = 'git asks without the path, so it is kept for the whole server'
const behindOthers = 'git gets an earlier line; this one is kept with its path, for credential.useHttpPath'
