import { expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { startKWallet } from '../real/kwallet.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { at, kept, settled, start } from './choice-world.ts'

/* A KDE desktop whose login opened the wallet, and a command without a screen: over SSH, from cron, in VS Code. */

needs('the build (npm run build)', built)('built', () => {
  needsPrograms(
    'kwalletd5',
    'dbus-daemon',
    'dbus-send',
    'setpriv',
    'python3',
  )('KWallet, and no screen', () => {
    test('is settled on, and serves the first call after a login', async () => {
      const world = await start('no-service')
      const kwallet = await startKWallet(world.session, onTestFinished)
      expect(await world.set(at, 'ann', 's3cret')).toMatchObject(kept)
      expect(settled(world)).toBe('secret-service')
      await kwallet.restart('opened')
      const input = 'protocol=https\nhost=git.example.com\n\n'
      const git = await world.run('git-credential-credbridge', ['get'], { input })
      expect(git).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('password=s3cret\n'), stderr: '' })
    })

    test('closed: doctor says what to do on KDE, and nothing that would harm there', async () => {
      const world = await start('no-service')
      const kwallet = await startKWallet(world.session, onTestFinished)
      await world.set(at, 'ann', 's3cret')
      await kwallet.restart('closed')
      const { stdout } = await world.credbridge('doctor')
      expect(stdout).toContain('KWalletManager')
      expect(stdout).not.toContain('gnome-keyring')
      const outcome = await world.credbridge('get', at)
      expect(outcome).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('KWalletManager') })
    })
  })
})
