import { cpSync, existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { readHeader } from '../../../src/stores/vault/header-file.ts'
import { addSlot, removeSlot } from '../../../src/stores/vault/manage.ts'
import type { VaultOptions } from '../../../src/stores/vault/options.ts'
import { rekey } from '../../../src/stores/vault/rekey.ts'
import { forPassphrase } from '../../../src/stores/vault/slots/make.ts'
import { givenUpAfter } from '../../../src/system/lock-file.ts'
import { someone } from '../../asker.ts'
import { inFreshPlace, whileStopped } from '../../real/stopped.ts'
import { credential } from '../contract-world.ts'
import { checkVault, emptyFolder, storeOf, vaultIn } from './place.ts'
import { type Call, callsOf, changes, tracing } from './tracing.ts'
import type { Job, Step } from './worker.ts'
import { workers } from './workers.ts'

/*
 * A command that changes the whole vault is stopped at each of its system calls, as by Ctrl-Z, a suspended machine or a
 * debugger. Another one works on the same vault, and then the first continues. No secret may be lost.
 */

const host = (number: number) => parseAddress(`https://host${number}.example.com`)
const nobody = async (): Promise<Secret> => expect.unreachable('nobody is to be asked')
const rekeyed = (options: VaultOptions) => rekey(options, { without: [], ask: nobody })

/** Makes its locks old, and their holder one that cannot be judged, as if it ran on another machine. */
function giveUpLocks({ folder }: VaultOptions): void {
  const old = new Date(Date.now() - givenUpAfter - 60_000)
  for (const name of readdirSync(folder).filter((name) => /^vault\.lock(\.[0-9a-f]{16})?$/.test(name))) {
    const lock = join(folder, name)
    writeFileSync(lock, JSON.stringify({ ...JSON.parse(readFileSync(lock, 'utf8')), host: 'another' }))
    utimesSync(lock, old, old)
  }
}

/**
 * Tells the stories in a vault with so many secrets. The command is stopped at the calls that `choose` leaves of those of
 * a traced run in the folder `root`.
 */
export function stoppedStories(count: number, choose: Choose): void {
  tracing()('a command that is stopped at any system call', () => stories(count, choose))
}

type Choose = (calls: readonly Call[], root: string) => readonly Call[]

function stories(count: number, choose: Choose): void {
  const { program } = workers()
  const hosts = Array.from({ length: count }, (_, number) => host(number))
  const all = hosts.map((_, number) => `ann: secret ${number}`)

  async function secretsIn(options: VaultOptions): Promise<string[]> {
    const found = await storeOf(options).find(someone, hosts)
    return found.map((item) => ('secret' in item ? `${item.account}: ${item.secret.expose()}` : item.kind)).sort()
  }

  const wordsFor = ({ folder, keyFile, uid }: VaultOptions, step: Step): string[] => {
    const job: Job = { options: { folder, keyFile, ...(uid === undefined ? {} : { uid }) }, steps: [step] }
    return [process.execPath, program(), JSON.stringify(job)]
  }

  /** Runs the step in copies of one vault, stopped at each system call, and runs other work while it is stopped. */
  async function stopEverywhere(
    step: Step,
    meanwhile: (options: VaultOptions, call: Call) => Promise<void>,
    afterwards: (options: VaultOptions, outcome: unknown, call: Call) => Promise<void>,
  ): Promise<void> {
    const root = emptyFolder()
    const before = vaultIn(join(root, 'before'))
    for (const [number, endpoint] of hosts.entries()) {
      await storeOf(before).save(someone, credential(endpoint, { secret: new Secret(`secret ${number}`) }))
    }
    const copyOf = (name: string) => {
      cpSync(join(root, 'before'), join(root, name), { recursive: true })
      return vaultIn(join(root, name))
    }
    // Each attempt of a passphrase takes half a second.
    const names = step[0] === 'add-slot' ? changes : [...changes, 'read']
    const traced = join(root, 'traced')
    const calls = choose(await callsOf(wordsFor(copyOf('traced'), step), traced, names), traced)
    expect(calls.length).toBeGreaterThan(5)
    for (const [number, call] of calls.entries()) {
      if (call.line.startsWith('write(1,')) continue
      let attempt = 0
      const fresh = () => copyOf(`stopped-${number}-${attempt++}`)
      const { options, stdout, stderr } = await inFreshPlace(fresh, async (options) => {
        const ended = await whileStopped(call, wordsFor(options, step), () => meanwhile(options, call))
        return { options, ...ended }
      })
      if (stdout === '') throw new Error(`${call.line}: ${stderr}`)
      await afterwards(options, JSON.parse(stdout), call)
    }
  }

  async function isWhole(options: VaultOptions, { line }: Call, secrets: readonly string[] = all): Promise<void> {
    expect(await secretsIn(options), line).toEqual([...secrets].sort())
    await storeOf(options).save(someone, credential(host(0), { account: 'later', secret: new Secret('kept') }))
    expect(await secretsIn(options), line).toEqual([...secrets, 'later: kept'].sort())
    expect(await checkVault(options), line).toEqual([])
  }

  const timeout = expect.objectContaining({ code: 'timeout' })

  test('a rekey beside another rekey: the other times out, and nothing is lost', async () => {
    await stopEverywhere(
      ['rekey'],
      async (options, { line }) => {
        const held = existsSync(join(options.folder, 'vault.lock'))
        const outcome = await rekeyed({ ...options, patience: 0 }).catch((error: unknown) => error)
        expect(outcome, line).toEqual(held ? timeout : undefined)
        expect(await secretsIn(options), line).toEqual(all)
      },
      async (options, outcome, call) => {
        expect(outcome, call.line).toBe(null)
        await isWhole(options, call)
      },
    )
  }, 600_000)

  test('a rekey that lost its lock, beside another rekey: nothing is lost', async () => {
    await stopEverywhere(
      ['rekey'],
      async (options, { line }) => {
        giveUpLocks(options)
        await rekeyed({ ...options, patience: 0 })
        expect(await secretsIn(options), line).toEqual(all)
      },
      async (options, outcome, call) => {
        expect([null, timeout], call.line).toContainEqual(outcome)
        await isWhole(options, call)
      },
    )
  }, 600_000)

  test('a rekey that lost its lock, beside a save: nothing is lost', async () => {
    await stopEverywhere(
      ['rekey'],
      async (options) => {
        giveUpLocks(options)
        await storeOf(options).save(someone, credential(host(1), { account: 'bob', secret: new Secret('meanwhile') }))
      },
      async (options, _, call) => {
        await isWhole(options, call, [...all, 'bob: meanwhile'])
      },
    )
  }, 600_000)

  test('a rekey beside a removal and a save that are stopped: nothing is lost', async () => {
    for (const step of [
      ['remove', host(1).key, 'ann', 'secret 1'],
      ['save', host(1).key, 'ann', 'newer'],
    ] as const) {
      await stopEverywhere(
        step,
        async (options) => {
          await rekeyed(options).catch((error: unknown) => expect(error).toMatchObject({ code: 'unavailable' }))
        },
        async (options, outcome, call) => {
          expect(outcome, call.line).toBe(step[0] === 'save' ? null : true)
          const others = all.filter((secret) => secret !== 'ann: secret 1')
          await isWhole(options, call, step[0] === 'save' ? [...others, 'ann: newer'] : others)
        },
      )
    }
  }, 600_000)

  test('an added slot whose command lost its lock, beside a rekey: nothing is lost, and the vault opens', async () => {
    await stopEverywhere(
      ['add-slot', 'open sesame'],
      async (options) => {
        giveUpLocks(options)
        await rekey({ ...options, patience: 0 }, { without: [], ask: async () => new Secret('open sesame') })
      },
      async (options, outcome, call) => {
        expect([null, timeout], call.line).toContainEqual(outcome)
        await isWhole(options, call)
      },
    )
  }, 600_000)

  test('an added slot whose command lost its lock does not restore a removed slot', async () => {
    await stopEverywhere(
      ['add-slot', 'open sesame'],
      async (options) => {
        giveUpLocks(options)
        await addSlot({ ...options, patience: 0 }, forPassphrase(new Secret('another')))
        const asked = { ...options, patience: 0, ask: async () => new Secret('another') }
        await removeSlot(asked, 'key-file')
      },
      async (options, outcome, call) => {
        expect(
          readHeader(options)?.slots.map(({ type }) => type),
          call.line,
        ).not.toContain('key-file')
        const asked = { ...options, ask: async () => new Secret('another') }
        expect(await secretsIn(asked), call.line).toEqual(all)
        expect(outcome, call.line).not.toBe(undefined)
      },
    )
  }, 600_000)
}
