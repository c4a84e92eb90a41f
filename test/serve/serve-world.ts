import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createBroker } from '../../src/core/broker.ts'
import type { Credential } from '../../src/core/credential.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Store } from '../../src/core/store.ts'
import type { Entry } from '../../src/engine/audit.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { AskPerson } from '../../src/serve/consent.ts'
import type { Grant } from '../../src/serve/grant.ts'
import { openSocket } from '../../src/serve/socket.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { remoteStore } from '../../src/stores/remote/store.ts'
import { connectByNet } from '../../src/system/unix-socket-net.ts'
import { someone } from '../asker.ts'
import { testMachine } from '../test-machine.ts'

export const userId = process.getuid?.() ?? -1

/** A credential of git's at an address, with what the test wants otherwise. */
export function credentialAt(url: string, more: Partial<Credential> = {}): Credential {
  const endpoint = parseAddress(url)
  return { endpoint, account: 'ann', owner: 'git', kind: 'basic', secret: new Secret(`at ${endpoint.key}`), ...more }
}

export const gitlab = 'https://gitlab.example.com'

/** A grant for one address, without questions, that only finds. */
export function grantFor(...urls: readonly string[]): Grant {
  const allowed = urls.map(parseAddress)
  return { name: 'box', allowed, saves: false, ask: 'never', userIds: [userId] }
}

export interface ServeWorld {
  readonly path: string
  readonly folder: string
  /** What the machine that serves keeps. */
  readonly kept: Store
  /** The store `remote` of the far side. */
  readonly far: Store & { broker: ReturnType<typeof remoteStore>['broker'] }
  /** All that was logged. */
  readonly log: Entry[]
  /** The endpoints that were read on the machine that serves. */
  readonly read: string[]
  close(): void
}

interface Options {
  readonly askPerson?: AskPerson
  readonly aliases?: Readonly<Record<string, string>>
  readonly folder?: string
  /** What happens instead of each read. */
  readonly failing?: () => Promise<never>
  /** What a second store keeps. */
  readonly more?: readonly Credential[]
}

/** A served grant over a store in memory, that holds these credentials. Ends with the test. */
export async function serveWorld(
  grant: Grant,
  items: readonly Credential[],
  options: Options = {},
): Promise<ServeWorld> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'cb-serve-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const store = memoryStore()
  for (const item of items) await store.save(someone, item)
  const read: string[] = []
  const kept: Store = {
    ...store,
    find(asker, endpoints, account) {
      read.push(...endpoints.map(({ key }) => key))
      return options.failing?.() ?? store.find(asker, endpoints, account)
    },
  }
  const second = memoryStore()
  for (const item of options.more ?? []) await second.save(someone, item)
  const stores: Stores = options.more === undefined ? [kept] : [kept, second]
  const log: Entry[] = []
  const path = join(folder, 'socket', 's.sock')
  const socket = await openSocket({
    engine: engineOver(stores, folder, options.aliases),
    grant,
    path,
    askPerson: options.askPerson,
    personPresent: false,
    privately: (act) => act(),
    done: (entry) => log.push(entry),
    logFailed(error) {
      throw error
    },
  })
  onTestFinished(() => socket.close())
  const far = remoteStore('remote', () => ({ path, connect: connectByNet, userId }))
  return { path, folder, kept, far, log, read, close: () => socket.close() }
}

type Stores = readonly [Store, ...Store[]]

function engineOver(stores: Stores, folder: string, aliases: Readonly<Record<string, string>> = {}): Engine {
  const [first, ...rest] = stores
  return {
    machine: testMachine(folder),
    stores: async () => stores,
    broker: async (asker, hearing, through) =>
      createBroker({
        stores: through === undefined ? stores : [through(first), ...rest.map(through)],
        asker,
        now: Date.now,
        recoverHours: 24,
        aliases,
        hearing,
      }),
  } as Partial<Engine> as Engine
}

/** A far side that writes what it likes. */
export interface Hostile {
  readonly socket: Socket
  send(text: string | Uint8Array): void
  /** The next line; `undefined` at the end of the connection. */
  line(): Promise<string | undefined>
  /** Resolves when the other side has ended the connection. */
  readonly ended: Promise<void>
}

export async function hostile(path: string): Promise<Hostile> {
  const socket = connect(path)
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  const lines: string[] = []
  let unread = ''
  let heard = () => {}
  let isOver = false
  const ended = new Promise<void>((resolve) => {
    socket.on('close', () => {
      isOver = true
      heard()
      resolve()
    })
  })
  socket.on('data', (bytes) => {
    const parts = (unread + bytes.toString()).split('\n')
    unread = parts.pop() ?? ''
    lines.push(...parts)
    heard()
  })
  return {
    socket,
    send: (text) => void socket.write(text),
    async line() {
      while (lines.length === 0 && !isOver) await new Promise<void>((resolve) => (heard = resolve))
      return lines.shift()
    },
    ended,
  }
}

export const hello = '{"credbridge":1}\n'

/** A find by git, as one line. */
export function findLine(endpoints: readonly unknown[], more: object = {}): string {
  return `${JSON.stringify({ id: 7, do: 'find', tool: 'git', kinds: ['basic'], endpoints, ...more })}\n`
}
