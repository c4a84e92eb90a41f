import { readFileSync, statSync } from 'node:fs'
import { createBroker } from '../../src/core/broker.ts'
import { isCredential, type Kind } from '../../src/core/credential.ts'
import { type Endpoint, parseAddress } from '../../src/core/endpoint.ts'
import { Secret } from '../../src/core/secret.ts'
import { launch } from '../../src/edge/launch/launch.ts'
import type { Ended, Start } from '../../src/edge/launch/start.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import type { Launcher } from '../../src/tools/launch.ts'
import { someone } from '../asker.ts'
import { type MadeUp, madeUp } from './made-up-world.ts'

/** What a program was started with. */
export interface Started {
  readonly words: readonly string[]
  /** What its environment has that the test's own has not. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The file that it was handed, and who may read it. */
  readonly file?: { readonly text: string; readonly mode: number }
}

export function launching(launcher: Launcher, place: MadeUp = madeUp()) {
  const store = memoryStore()
  const broker = createBroker({ asker: someone, stores: [store], now: Date.now, recoverHours: 24 })
  const started: Started[] = []
  const said: string[] = []
  let opened = 0
  let isReady = false
  let ends: Ended = { exitCode: 0 }
  let meanwhile = () => {}
  let toPerson = false

  async function start({ words, env }: Start): Promise<Ended> {
    const path = env['npm_config_userconfig']
    const handed = path?.startsWith(place.world.folders.state) === true
    const file = handed ? { text: readFileSync(path, 'utf8'), mode: statSync(path).mode & 0o777 } : undefined
    const own = Object.entries(env).filter(([name, value]) => process.env[name] !== value)
    started.push({ words, env: Object.fromEntries(own), ...(file === undefined ? {} : { file }) })
    meanwhile()
    return ends
  }

  return {
    ...place,
    store,
    broker,
    started,
    said,
    opened: () => opened,
    isReady: () => isReady,
    /** Somebody reads what is said. */
    onTerminal() {
      toPerson = true
    },
    /** How the program will end, and what it does before. */
    willEnd(how: Ended, doing = () => {}) {
      ends = how
      meanwhile = doing
    },
    async save(owner: string, url: string, secret: string, kind: Kind = 'bearer', account = '') {
      await store.save(someone, { endpoint: parseAddress(url), account, owner, kind, secret: new Secret(secret) })
    },
    async has(owner: string, url: string): Promise<boolean> {
      return (await store.find(someone, [parseAddress(url)])).some((item) => item.owner === owner && isCredential(item))
    },
    async share(url: string, tool: string, account = '') {
      await store.save(someone, { endpoint: parseAddress(url), account, owner: tool, kind: 'shared' })
    },
    async call(
      program: string,
      words: readonly string[],
      more: { asked?: boolean; named?: [string, Endpoint][] } = {},
    ) {
      const { named, asked = false } = more
      const ready = async () => {
        isReady = true
      }
      const call = { program, words, machine: place.world, named: new Map(named), asked, ready }
      const surface = {
        ready,
        openBroker: async () => {
          opened++
          return broker
        },
        become: start,
        attend: start,
        credbridge: ['/opt/credbridge/credbridge'] as const,
        say: (line: string) => void said.push(line),
        toPerson,
      }
      await launch(call, '/usr/bin/program', launcher, surface)
      return started.at(-1)
    },
  }
}

/** The file's lines with each variable replaced by its value: what the program will read. */
export function readByProgram({ env, file }: Started): readonly string[] {
  const text = (file?.text ?? '').replace(/\$\{([^}]+)\}/g, (written, name: string) => env[name] ?? written)
  return text.split('\n').filter((line) => line !== '')
}
