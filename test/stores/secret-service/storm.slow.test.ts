import { expect, onTestFinished, test } from 'vitest'
import { type Broker, createBroker } from '../../../src/core/broker.ts'
import { asFailure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import { hasKeyring, needs } from '../../real/require.ts'
import { startSession } from '../../real/session.ts'
import { git, secretsAt, storeOn } from './world.ts'

const item = (owner: string, secret: string) =>
  ({ endpoint: git, account: 'ann', owner, kind: 'basic', secret: new Secret(secret) }) as const
const lookup = { kinds: ['basic'], endpoints: [git] } as const
const removal = { kinds: ['basic'], endpoint: git } as const

/** What git and docker do at one place: each logs in, asks, is refused, logs out and lists. */
const calls: ((number: number, git: Broker, docker: Broker) => Promise<unknown>)[] = [
  (number, git) => git.save(item('git', `g${number % 7}`)),
  (_, git) => git.find({ ...lookup, tool: 'git', account: 'ann' }),
  (number, _, docker) => docker.save(item('docker', `d${number % 5}`), { oneAccount: true }),
  (_, __, docker) => docker.find({ ...lookup, tool: 'docker' }),
  (number, git) =>
    git.remove({ ...removal, tool: 'git', account: 'ann', secret: new Secret(`g${number % 7}`), recoverable: true }),
  (_, __, docker) => docker.remove({ ...removal, tool: 'docker' }),
  (_, git) => git.remove({ ...removal, tool: 'git', account: 'ann' }),
  (_, __, docker) => docker.listFor({ tool: 'docker', kinds: ['basic'] }),
]

needs('a keyring', hasKeyring)('a hundred clients at one endpoint of git and docker', () => {
  test('each is answered, and the keyring lives', async () => {
    const session = await startSession('unlocked', onTestFinished)
    // A bus takes 256 connections of one user, and ours rest for a while.
    for (let round = 0; round < 2; round++) {
      const outcomes = Array.from({ length: 100 }, async (_, number) => {
        const stores = [storeOn(session)] as const
        const brokerOf = (tool: string) =>
          createBroker({ stores, asker: { tool, personPresent: false }, now: Date.now, recoverHours: 24 })
        const call = calls[number % calls.length]
        return call?.(number, brokerOf('git'), brokerOf('docker')).then(
          () => 'answered',
          (error: unknown) => asFailure(error).message,
        )
      })
      expect([...new Set(await Promise.all(outcomes))]).toEqual(['answered'])
    }
    await storeOn(session).save({ tool: 'git', personPresent: false }, item('git', 'afterwards'))
    expect(await secretsAt(storeOn(session))).toContain('afterwards')
  }, 120_000)
})
