import { expect, onTestFinished, test } from 'vitest'
import { browseInChromium } from '../real/chromium.ts'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { startProviderWorld } from './sign-in-world.ts'

/* A real browser shows the provider's pages and comes back to the port on loopback. */

needs('the build (npm run build)', built)('built', () => {
  needsPrograms('chromium')('a real browser', () => {
    test('signs in, and shows the page that sends the person back to the terminal', async () => {
      const world = await startProviderWorld()
      const { issuer } = world.provider
      const running = world.run('credbridge', ['login', issuer], { more: world.withBrowser })
      const page = await browseInChromium(await world.shown(), { account: 'ann' }, onTestFinished)
      expect(page.text).toContain('credbridge has received the answer')
      expect(page.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//)
      expect(await running).toMatchObject({
        exitCode: 0,
        stderr: expect.stringContaining(`signed in at ${issuer} as ann`),
      })
      expect((await world.credbridge('get', issuer)).stdout).not.toBe('')
    })
  })
})
