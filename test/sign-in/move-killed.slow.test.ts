import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { hasKeyring, needs } from '../real/require.ts'
import { whileStopped } from '../real/stopped.ts'
import { at, startTokenWorld, type TokenWorld } from '../real/token-world.ts'
import { tracing } from '../stores/vault/tracing.ts'

/*
 * A sign-in is moved, the move is killed, and then both stores are asked. The provider revokes the grant as soon as a
 * refresh token is used twice, and then nobody answers any more.
 */

const [here, there] = ['secret-service', 'vault'] as const
const words = (from: string, to: string) => ['move', at, '--from', from, '--to', to]

/** Every call renews, unless it comes within the token's second. */
async function start(): Promise<TokenWorld> {
  const world = await startTokenWorld('secret-service', onTestFinished, { accessTokenSeconds: 1 })
  await world.signIn('alice')
  return world
}

async function answers({ run }: TokenWorld): Promise<readonly string[]> {
  const input = 'protocol=https\nhost=git.example.com\n\n'
  const answered: string[] = []
  for (const store of [here, there]) {
    const { stdout } = await run('git-credential-credbridge', ['get'], { input, more: { CREDBRIDGE_STORE: store } })
    answered.push(/^password=(.*)$/m.exec(stdout)?.[1] ?? '')
  }
  return answered
}

needs('the build (npm run build)', built)('built', () => {
  needs('a keyring', hasKeyring)('with a keyring', () => {
    test('whenever a move is killed, the sign-in is renewed from one store only', async () => {
      const world = await start()
      let killed = 0
      // The native executable ends within a few hundredths of a second.
      for (let timeout = 4; ; timeout += Math.max(2, Math.floor(timeout / 3))) {
        const { timedOut } = await world.run('credbridge', words(here, there), { timeout })
        if (!timedOut) break
        killed++
        const before = await world.provider.refreshes()
        // Within the token's second, both stores may have it.
        const answered = await answers(world)
        expect(answered.join('')).not.toBe('')
        expect((await world.provider.refreshes()) - before).toBeLessThanOrEqual(1)
        if (answered[0] === '') expect((await world.run('credbridge', words(there, here))).exitCode).toBe(0)
      }
      expect(killed).toBeGreaterThan(0)
      expect(await answers(world)).toEqual(['', expect.stringMatching(/./)])
    }, 600_000)

    tracing()('traced', () => {
      test('killed when both stores have the sign-in: the new store renews it, the former lets it go', async () => {
        const world = await start()
        const move = async (from: string, to: string) => (await world.run('credbridge', words(from, to))).exitCode
        // Creates the vault.
        expect([await move(here, there), await move(there, here)]).toEqual([0, 0])
        for (let turn = 1; turn <= 3; turn++) {
          // By this call, the vault's record has come into its place. The first one finds no folder for it.
          const inBoth = { name: 'rename', nth: 2 }
          const kill = async (pid: number) => void process.kill(pid, 'SIGKILL')
          await whileStopped(inBoth, ['credbridge', ...words(here, there)], kill, world.env)
          await sleep(1_000) // The token ends by then, in both.
          expect(await answers(world)).toEqual(['', expect.stringMatching(/./)])
          expect(await world.provider.refreshes()).toBe(turn)
          expect(await move(there, here)).toBe(0)
        }
      }, 60_000)
    })
  })
})
