import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { entriesIn, fill, keyring, lost, secretIn, start, vault } from './move-world.ts'

needs('the build (npm run build)', built)('built', () => {
  needsPrograms(
    'dbus-daemon',
    'gnome-keyring-daemon',
    'setpriv',
  )('move', () => {
    test('killed at any moment it loses nothing, and another one ends the work', async () => {
      const world = await start()
      const endpoints = await fill(world, keyring, 12)
      const words = ['move', '--all', '--from', keyring, '--to', vault]
      let killed = 0
      for (let timeout = 40; ; timeout += 30) {
        const { timedOut } = await world.run('credbridge', words, { timeout })
        expect(await lost(world, endpoints)).toEqual([])
        if (!timedOut) break
        killed++
      }
      expect(killed).toBeGreaterThan(0)
      expect(await entriesIn(world, keyring)).toEqual([])
      for (const endpoint of endpoints) expect(await secretIn(world, vault, endpoint)).toBe(`${endpoint}\n`)
    })
  })
})
