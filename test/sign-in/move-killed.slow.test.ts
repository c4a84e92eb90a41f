import { expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { hasKeyring, needs } from '../real/require.ts'
import { at, startTokenWorld } from '../real/token-world.ts'

/* A sign-in is moved, the move is killed at any moment, and then both stores are asked. The grant must live. */

needs('the build (npm run build)', built)('built', () => {
  needs('a keyring', hasKeyring)('with a keyring', () => {
    test('whenever a move is killed, the sign-in is renewed from one store only', async () => {
      // Every call renews. The provider revokes the grant as soon as a refresh token is used twice.
      const world = await startTokenWorld('secret-service', onTestFinished, { accessTokenSeconds: 1 })
      await world.signIn('alice')
      const more = (store: string) => ({ more: { CREDBRIDGE_STORE: store } })
      const [here, there] = ['secret-service', 'vault'] as const

      async function answered(store: string): Promise<string> {
        const input = 'protocol=https\nhost=git.example.com\n\n'
        const { stdout } = await world.run('git-credential-credbridge', ['get'], { input, ...more(store) })
        return /^password=(.*)$/m.exec(stdout)?.[1] ?? ''
      }
      const move = (from: string, to: string, timeout?: number) =>
        world.run('credbridge', ['move', at, '--from', from, '--to', to], timeout === undefined ? {} : { timeout })

      let killed = 0
      // The native executable ends within a few hundredths of a second.
      for (let timeout = 4; ; timeout += Math.max(2, Math.floor(timeout / 3))) {
        const { timedOut } = await move(here, there, timeout)
        if (!timedOut) break
        killed++
        const answers = [await answered(here), await answered(there)]
        expect(answers.filter((answer) => answer !== '')).toHaveLength(1)
        if (answers[0] === '') expect(await move(there, here)).toMatchObject({ exitCode: 0 })
      }
      expect(killed).toBeGreaterThan(0)
      expect(await answered(here)).toBe('')
      const before = await world.provider.refreshes()
      expect(await answered(there)).not.toBe('')
      // The native executable may be quicker than the token's second.
      expect((await world.provider.refreshes()) - before).toBeLessThanOrEqual(1)
    }, 600_000)
  })
})
