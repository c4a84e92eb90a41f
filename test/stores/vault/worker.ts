import { writeSync } from 'node:fs'
import { parseEndpoint } from '../../../src/core/endpoint.ts'
import { isFailure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import { kernelKeyring } from '../../../src/stores/vault/kernel-keyring.ts'
import { addSlot, removeSlot } from '../../../src/stores/vault/manage.ts'
import type { VaultOptions } from '../../../src/stores/vault/options.ts'
import { rekey } from '../../../src/stores/vault/rekey.ts'
import { forPassphrase } from '../../../src/stores/vault/slots/make.ts'
import { lockVault, unlockVault } from '../../../src/stores/vault/unlock.ts'
import { someone } from '../../asker.ts'
import { type Hold, holdUp } from './hold.ts'
import { storeOf } from './place.ts'

/*
 * A process that works on a vault. The tests bundle it and start it hundreds of times. Its first argument is a job in
 * JSON; it prints one line of JSON for each step.
 */

export interface Job {
  readonly options: Omit<VaultOptions, 'now' | 'ask' | 'provided' | 'kernelKeyring'>
  /** Whether to use the kernel's keyring. */
  readonly kernel?: boolean
  /** The passphrase that a person would type. */
  readonly passphrase?: string
  /** The key or passphrase from a file descriptor or the environment. */
  readonly handed?: string
  /** Where it stops meanwhile. */
  readonly hold?: Hold
  /** Milliseconds by which the clock is ahead. */
  readonly later?: number
  readonly steps: readonly Step[]
}

export type Step =
  | readonly ['save', endpoint: string, account: string, secret: string]
  | readonly ['find', endpoint: string, account?: string]
  | readonly ['remove', endpoint: string, account: string, secret?: string]
  | readonly ['list']
  | readonly ['unlock', milliseconds: number]
  | readonly ['lock']
  | readonly ['rekey']
  | readonly ['add-slot', passphrase: string]
  | readonly ['remove-slot', named: string]

async function work({ options, kernel, passphrase, handed, hold, later = 0, steps }: Job): Promise<void> {
  if (hold !== undefined) holdUp(hold)
  const whole: VaultOptions = {
    ...options,
    now: () => Date.now() + later,
    ...(passphrase === undefined ? {} : { ask: async () => new Secret(passphrase) }),
    ...(handed === undefined ? {} : { provided: async () => new Secret(handed) }),
    ...(kernel === true ? { kernelKeyring: () => kernelKeyring(() => import('@napi-rs/keyring')) } : {}),
  }
  for (const step of steps) writeSync(1, `${JSON.stringify(await outcome(whole, step))}\n`)
}

async function outcome(options: VaultOptions, step: Step): Promise<unknown> {
  try {
    return (await carryOut(options, step)) ?? null
  } catch (error) {
    if (isFailure(error)) return { code: error.code, message: error.message, hints: error.hints }
    throw error
  }
}

async function carryOut(options: VaultOptions, step: Step): Promise<unknown> {
  const store = storeOf(options)
  switch (step[0]) {
    case 'save': {
      const [, endpoint, account, secret] = step
      const place = { endpoint: parseEndpoint(endpoint), account, owner: 'git' }
      await store.save(someone, { ...place, kind: 'basic', secret: new Secret(secret) })
      return undefined
    }
    case 'find': {
      const found = await store.find(someone, [parseEndpoint(step[1])], step[2])
      return found.map((item) => ('secret' in item ? [item.account, item.secret.expose()] : [item.account]))
    }
    case 'remove': {
      const [, endpoint, account, secret] = step
      const place = { endpoint: parseEndpoint(endpoint), account, owner: 'git' }
      return store.remove(someone, place, secret === undefined ? undefined : new Secret(secret))
    }
    case 'list':
      return (await store.list(someone)).map(({ endpoint, account }) => [endpoint.key, account])
    case 'unlock':
      return unlockVault(options, step[1])
    case 'lock': {
      const locking = await lockVault(options)
      if (locking?.unreached !== undefined) throw locking.unreached
      return locking?.forgotten
    }
    case 'add-slot':
      return addSlot(options, forPassphrase(new Secret(step[1])))
    case 'remove-slot':
      return (await removeSlot(options, step[1])).type
    case 'rekey':
      return rekey(options, { without: [], ask: async () => new Secret('') })
    default:
      return step satisfies never
  }
}

void work(JSON.parse(process.argv[2] ?? '{}') as Job)
