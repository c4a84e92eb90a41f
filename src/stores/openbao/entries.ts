import { isObject, type Members } from '../../core/record.ts'
import { concurrencyLimit } from '../../system/concurrency-limit.ts'
import type { Connection } from './connection.ts'
import { type Document, documentIn, emptyDocument, isEntryName } from './document.ts'
import { dataIn, isAbsent, isChanged, isDone, isPassing, notVersion2, pauseIn, type Reply } from './outcome.ts'
import type { Question } from './question.ts'

/** The entries in one folder of the mount. Each call is one request, and a repeated one after a passing failure. */
export interface Entries {
  read(name: string, signal: AbortSignal): Promise<Document>
  /** Writes over the version that was read. False if another one is there now. */
  write(name: string, before: Document, members: Members, endpoint: string, signal: AbortSignal): Promise<boolean>
  /** Makes the server forget a version before the current one. */
  forget(name: string, version: number, signal: AbortSignal): Promise<void>
  names(signal: AbortSignal): Promise<readonly string[]>
}

/** Requests of one verb at the same time. Node warns where more than ten wait for one signal. */
const atOnce = 8

export function entriesIn(connection: Connection, folder: string): Entries {
  const { mount } = connection.server
  const limited = concurrencyLimit(atOnce)
  const at = (kind: 'data' | 'metadata' | 'destroy', name: string) => `${mount}/${kind}/${folder}/${name}`
  const need = (capability: string, kind: 'data' | 'metadata' | 'destroy') => ({
    capability,
    path: `${mount}/${kind}/${folder}/*`,
  })

  async function asked(question: Question): Promise<Reply> {
    return limited(() => connection.ask(question))
  }

  /** Reads are repeated while the server cannot answer for the moment. */
  async function readReply(question: Question): Promise<Reply> {
    for (const pause of [50, 200]) {
      const reply = await asked(question)
      const wait = pauseIn(reply) ?? pause
      if (!isPassing(reply) || wait > 2_000) return reply
      await sleep(wait, question.signal)
    }
    return asked(question)
  }

  async function read(name: string, signal: AbortSignal): Promise<Document> {
    const question: Question = {
      method: 'GET',
      path: at('data', name),
      reads: true,
      needs: need('read', 'data'),
      signal,
    }
    const reply = await readReply(question)
    if (isAbsent(reply)) return emptyDocument(0)
    const data = dataIn(reply)
    const metadata = data?.['metadata']
    const version = isObject(metadata) ? metadata['version'] : undefined
    if (data === undefined || !isObject(metadata) || typeof version !== 'number') {
      if (isDone(reply)) throw notVersion2(mount)
      throw await connection.failed(reply, question)
    }
    // What was deleted on the server has a version and no data, with the status 404.
    const content = data['data']
    if (!isObject(content)) return { ...emptyDocument(version), isNamed: isObject(metadata['custom_metadata']) }
    return documentIn(content, version, isObject(metadata['custom_metadata']), `${mount}/${folder}/${name}`)
  }

  async function write(
    name: string,
    before: Document,
    members: Members,
    endpoint: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (!before.isNamed) await nameIt(name, endpoint, signal)
    if (before.version > 0) return (await put(name, before.version, members, signal)) !== undefined
    // An engine of version 1 keeps whatever it is sent, and shows itself only by its answer. So no secret goes first.
    const version = await put(name, 0, { ...members, items: [] }, signal)
    return version !== undefined && (await put(name, version, members, signal)) !== undefined
  }

  /** The new version; `undefined` if another one than `over` is there now. */
  async function put(name: string, over: number, members: Members, signal: AbortSignal): Promise<number | undefined> {
    const body = { data: members, options: { cas: over } }
    const capability = over === 0 ? 'create' : 'update'
    const question: Question = { method: 'POST', path: at('data', name), body, needs: need(capability, 'data'), signal }
    const reply = await asked(question)
    if (isChanged(reply)) return undefined
    if (!isDone(reply)) throw await connection.failed(reply, question)
    const version = dataIn(reply)?.['version']
    if (typeof version !== 'number') throw notVersion2(mount)
    return version
  }

  /** Says beside the entry what it is for. The server keeps one version, unless its mount says more. */
  async function nameIt(name: string, endpoint: string, signal: AbortSignal): Promise<void> {
    const question: Question = {
      method: 'POST',
      path: at('metadata', name),
      body: { max_versions: 1, custom_metadata: { endpoint: shown(endpoint), program: 'credbridge' } },
      needs: need('update', 'metadata'),
      signal,
    }
    const reply = await asked(question)
    if (!isDone(reply)) throw await connection.failed(reply, question)
  }

  async function forget(name: string, version: number, signal: AbortSignal): Promise<void> {
    const body = { versions: [version] }
    const question: Question = {
      method: 'POST',
      path: at('destroy', name),
      body,
      needs: need('update', 'destroy'),
      signal,
    }
    const reply = await asked(question)
    if (!isDone(reply)) throw await connection.failed(reply, question)
  }

  async function names(signal: AbortSignal): Promise<readonly string[]> {
    const path = `${mount}/metadata/${folder}/?list=true`
    const question: Question = {
      method: 'GET',
      path,
      reads: true,
      needs: { capability: 'list', path: `${mount}/metadata/${folder}/*` },
      signal,
    }
    const reply = await readReply(question)
    if (isAbsent(reply)) return []
    if (!isDone(reply)) throw await connection.failed(reply, question)
    const keys = dataIn(reply)?.['keys']
    if (!Array.isArray(keys)) throw notVersion2(mount)
    return keys.filter((key): key is string => typeof key === 'string' && isEntryName(key))
  }

  return { read, write, forget, names }
}

/** https://openbao.org/api-docs/secret/kv/kv-v2/#create-update-metadata: printable, not empty, at most 512 bytes. */
function shown(endpoint: string): string {
  const text = endpoint.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return text === '' ? '-' : text.slice(0, 512)
}

/** Waits, or throws the reason why that is too long. */
async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  let stopped = () => {}
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds)
    stopped = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    signal.addEventListener('abort', stopped)
  }).finally(() => signal.removeEventListener('abort', stopped))
}
