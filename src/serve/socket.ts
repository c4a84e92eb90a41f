import { type Entry, logIn } from '../engine/audit.ts'
import type { Engine } from '../engine/engine.ts'
import { randomHex } from '../system/random.ts'
import { listenAt, listenOn, type Privately } from '../system/unix-listener.ts'
import { type AskPerson, consentFor } from './consent.ts'
import type { Grant } from './grant.ts'
import { grantWords } from './grant-words.ts'
import { forgetLive, type LiveGrant, lastingFile, liveFile, liveGrants, noteLive } from './live-grants.ts'
import { processWords } from './process-words.ts'
import { rememberedAt } from './remembered.ts'
import { connectionsOf } from './server.ts'
import { thinned } from './thinning.ts'
import { cut } from './words.ts'

export interface SocketOptions {
  readonly engine: Engine
  readonly grant: Grant
  /** The path of the socket, in a folder that no other user can enter. */
  readonly path: string
  /** The descriptor of that socket, if another process made it, passes it on and keeps it. */
  readonly inherited?: number | undefined
  /** Absent: nobody can be asked, and what would need a question is refused. */
  readonly askPerson?: AskPerson | undefined
  /** Whether a person can answer a dialog of the keychain. */
  readonly personPresent: boolean
  readonly privately: Privately
  /** Hears of each request that has been carried out or refused. */
  done?(entry: Entry): void
  /** Hears of the same, but only of what is logged: a flood is thinned. */
  logged?(entry: Entry): void
  /** Hears, once, that the log cannot be written. Requests are answered all the same. */
  logFailed(error: unknown): void
}

export interface OpenSocket {
  /** Removes the socket, ends its connections and forgets what was said for this session. */
  close(): void
}

/** Serves one grant at one socket, until it is closed. */
export async function openSocket(options: SocketOptions): Promise<OpenSocket> {
  const { engine, grant, path, inherited, personPresent, privately } = options
  const { userId, folders } = engine.machine
  const { state } = folders
  const now = Date.now
  // Removes what killed processes left.
  await liveGrants(state, userId)
  const live = liveFile(state, randomHex(8))
  const place = { grant: grant.name, lasting: lastingFile(state), session: live, userId, now }
  const consent = consentFor(grant, rememberedAt(place), options.askPerson)
  const log = logIn(state, userId)
  let isReported = false
  const record = (entry: Entry) => {
    options.logged?.(entry)
    try {
      log.write(short(entry))
    } catch (error) {
      if (!isReported) options.logFailed(error)
      isReported = true
    }
  }
  const answering = { engine, grant, consent, given: new Set<string>(), personPresent }
  const told = (peer: { readonly processId: number }) => processWords(peer.processId)
  const recordSome = thinned(record, now)
  const done = (entry: Entry) => {
    options.done?.(entry)
    recordSome(entry)
  }
  const connections = connectionsOf({ ...answering, done, now, processWords: told })
  const listening =
    inherited === undefined
      ? await listenAt(path, userId, connections.accept, privately)
      : await listenOn(inherited, path, userId, connections.accept)
  if (inherited !== undefined) forgetFormer(await liveGrants(state, userId), path)
  const close = () => {
    listening.close()
    connections.end()
    forgetLive(live)
  }
  try {
    noteLive(state, userId, { file: live, name: grant.name, socket: path, says: grantWords(grant, now()) })
  } catch (error) {
    close()
    throw error
  }
  return { close }
}

/** A socket that outlives its processes does not tell whether one of them was killed. */
function forgetFormer(grants: readonly LiveGrant[], path: string): void {
  for (const { socket, file } of grants) if (socket === path) forgetLive(file)
}

/** How much of a name is logged, in characters. */
const longestName = 200

/** The entry without the middle of long names: they would push earlier entries out of the log. */
function short(entry: Entry): Entry {
  const { tool, endpoint, account } = entry
  return {
    ...entry,
    tool: cut(tool, longestName),
    ...(endpoint === undefined ? {} : { endpoint: cut(endpoint, longestName) }),
    ...(account === undefined ? {} : { account: cut(account, longestName) }),
  }
}
