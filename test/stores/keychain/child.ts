import { readFileSync, writeSync } from 'node:fs'
import type { Credential, Place } from '../../../src/core/credential.ts'
import { parseAddress, serviceName } from '../../../src/core/endpoint.ts'
import { asFailure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import { exit } from '../../../src/edge/exit.ts'
import { busAddress } from '../../../src/stores/keychain/bus-address.ts'
import { type Addon, loadInstalled } from '../../../src/stores/keychain/calls.ts'
import { type KeychainOptions, keychainStore } from '../../../src/stores/keychain/store.ts'
import { askedBy, someone } from '../../asker.ts'
import { plain } from '../contract-world.ts'

/*
 * A process that uses the store: reads a job from stdin, writes a line for each step, ends as our commands do. What it
 * wraps around the real addon only makes it die at a certain moment.
 */

export interface Job {
  readonly options: Omit<KeychainOptions, 'loadAddon' | 'now'>
  /** Somebody can answer a dialog. */
  readonly personPresent?: boolean
  /** Dies, as by a power cut, right before or after the keychain's own call. */
  readonly crash?: 'before write' | 'after write' | 'before erase' | 'after erase'
  readonly steps: readonly Step[]
}

/** A credential of git's, account `ann`, at this path of git.example.com, or Python's under this service. */
export type Step =
  | { readonly do: 'find' | 'remove'; readonly path: string }
  | { readonly do: 'find service'; readonly service: string; readonly account?: string }
  | { readonly do: 'save'; readonly path: string; readonly secret: string }
  | { readonly do: 'save many'; readonly path: string; readonly count: number }
  | { readonly do: 'list' }

export function itemAt(path: string, secret = 'p@ss'): Credential {
  const endpoint = parseAddress(`https://git.example.com${path}`)
  return { endpoint, account: 'ann', owner: 'git', kind: 'basic', secret: new Secret(secret) }
}

async function main(): Promise<void> {
  const address = busAddress(process.env, process.getuid?.() ?? -1)
  if (address !== undefined) process.env['DBUS_SESSION_BUS_ADDRESS'] = address
  const { options, personPresent = false, crash, steps } = JSON.parse(readFileSync(0, 'utf8')) as Job
  const loadAddon = async () => dying(await loadInstalled(), crash)
  const store = askedBy({ personPresent }, keychainStore({ ...options, loadAddon }))
  for (const step of steps) {
    try {
      say({ returned: await take(store, step) })
    } catch (error) {
      const { code, message, hints, stuck } = asFailure(error)
      say({ failure: { code, message, hints, stuck } })
      if (stuck) return exit(1, true)
    }
  }
  exit(0, false)
}

async function take(store: ReturnType<typeof keychainStore>, step: Step): Promise<unknown> {
  switch (step.do) {
    case 'find':
      return (await store.find(someone, [itemAt(step.path).endpoint])).map(plain)
    case 'find service':
      return (await store.find(someone, [serviceName(step.service)], step.account)).map(plain)
    case 'save':
      await store.save(someone, itemAt(step.path, step.secret))
      return undefined
    case 'save many':
      for (let at = 0; at < step.count; at++) await store.save(someone, itemAt(`${step.path}/${at}`, `${at}`))
      return undefined
    case 'remove':
      return store.remove(someone, itemAt(step.path) satisfies Place)
    case 'list':
      return (await store.list(someone)).map(({ endpoint }) => endpoint.key)
    default:
      return step satisfies never
  }
}

function dying(addon: Addon, crash: Job['crash']): Addon {
  const die = async (when: Job['crash']) => {
    if (when === crash) process.kill(process.pid, 'SIGKILL')
  }
  return {
    findCredentialsAsync: (service) => addon.findCredentialsAsync(service),
    AsyncEntry: class extends addon.AsyncEntry {
      override async setPassword(value: string) {
        await die('before write')
        await super.setPassword(value)
        await die('after write')
      }
      override async deleteCredential() {
        await die('before erase')
        const there = await super.deleteCredential()
        await die('after erase')
        return there
      }
    },
  }
}

function say(line: unknown): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

if (process.argv[1] === import.meta.filename) await main()
