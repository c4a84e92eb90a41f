import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe } from 'vitest'
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
 * remembers the first address. A test is run again, on an empty keyring, if gnome-keyring has died: version 42 aborts now and then when the
 * addon opens a session (docs/secret-service.md).
 */
export function inSession(begun: (session: Session) => void): Suite {
  return (name, body) =>
    needsKeyring(name, () => {
      let session: Session
      beforeAll(async () => {
        const ends: (() => Promise<void>)[] = []
        session = await startSession('unlocked', (work) => ends.push(work))
        process.env['DBUS_SESSION_BUS_ADDRESS'] = session.env['DBUS_SESSION_BUS_ADDRESS']
        begun(session)
        return async () => {
          for (const end of ends) await end()
        }
      })
      beforeEach(async ({ task }) => {
        if (session.hasDied()) {
          const data = join(session.folder, 'data')
          rmSync(data, { recursive: true })
          mkdirSync(data, { mode: 0o700 })
          await session.restart()
        } else if ((task.result?.retryCount ?? 0) > 0) throw new Error('it failed although the keyring lives')
      })
      describe('on GNOME Keyring', { retry: 1 }, body)
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
