import { join } from 'node:path'
import { beforeAll } from 'vitest'
import { type Failure, isFailure } from '../../../src/core/failure.ts'
import type { KeychainOptions } from '../../../src/stores/keychain/store.ts'
import { needsPrograms, type Suite } from '../../real/require.ts'
import { type Outcome, run } from '../../real/run.ts'
import { type KeyringState, type Session, startSession } from '../../real/session.ts'
import type { Job, Step } from './child.ts'

/** A session with a keyring. */
export const needsKeyring = needsPrograms('dbus-daemon', 'dbus-send', 'gnome-keyring-daemon', 'setpriv')

/**
 * A suite in this process's own session: the addon finds it by the environment. One in each test file, because libdbus
 * remembers the first address.
 */
export function inSession(begun: (session: Session) => void): Suite {
  return (name, body) =>
    needsKeyring(name, () => {
      beforeAll(async () => {
        const ends: (() => Promise<void>)[] = []
        const session = await startSession('unlocked', (work) => ends.push(work))
        process.env['DBUS_SESSION_BUS_ADDRESS'] = session.env['DBUS_SESSION_BUS_ADDRESS']
        begun(session)
        return async () => {
          for (const end of ends) await end()
        }
      })
      body()
    })
}

export function optionsIn(session: Pick<Session, 'folder'>): KeychainOptions {
  return {
    platform: 'linux',
    indexFile: join(session.folder, 'data', 'credbridge', 'keychain.json'),
    userId: process.getuid?.() ?? -1,
    locks: { folder: join(session.folder, 'state', 'locks'), userId: process.getuid?.() ?? -1 },
  }
}

/** The failure with which it ends; anything else is an error. */
export async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isFailure(error)) throw new Error('it did not fail', { cause: error })
  return error
}

/** The result of one step of a child. */
export interface StepOutcome {
  readonly returned?: unknown
  readonly failure?: Pick<Failure, 'code' | 'message' | 'hints' | 'stuck'>
}

export interface ChildOutcome extends Outcome {
  readonly steps: readonly StepOutcome[]
}

/** Uses the store in a child process, which ends as credbridge's commands do. `options` overrides the defaults. */
export async function inChild(
  env: Readonly<Record<string, string>>,
  job: {
    readonly options: Job['options']
    readonly personPresent?: boolean
    readonly crash?: Job['crash']
    readonly steps: readonly Step[]
  },
  as: readonly string[] = [],
): Promise<ChildOutcome> {
  const [command = '', ...args] = [...as, process.execPath, '--import', 'tsx', join(import.meta.dirname, 'child.ts')]
  const outcome = await run(command, args, { env, input: JSON.stringify(job), timeout: 20_000 })
  const lines = outcome.stdout.split('\n').filter((line) => line !== '')
  return { ...outcome, steps: lines.map((line) => JSON.parse(line) as StepOutcome) }
}

export type { KeyringState, Session }
