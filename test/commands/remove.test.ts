import { expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { startWorld } from '../real/world.ts'

const at = 'https://git.example.com'

needs('the build (npm run build)', built)('built', () => {
  needsPrograms('dbus-daemon', 'gnome-keyring-daemon')('credbridge remove', () => {
    test('says that something is removed only once it is', async () => {
      const world = await startWorld('unlocked', onTestFinished)
      await world.set(at, 'ann', 's3cret')
      await world.session.lock()
      const refused = await world.credbridge('remove', at)
      expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('locked') })
      expect(refused.stderr).not.toContain('removed')
      await world.session.restart()
      expect(await world.credbridge('remove', at)).toMatchObject({
        exitCode: 0,
        stderr: `removed ann at ${at}, saved by person\nnote: to have it back within 24 hours: credbridge restore ${at} ann\n`,
      })
    })
  })
})
