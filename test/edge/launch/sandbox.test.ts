import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { installedIn } from '../../../src/edge/installation/running-file.ts'
import { sandboxFor } from '../../../src/edge/launch/sandbox.ts'

test('an installation in the working folder cannot be written to, nor moved', () => {
  const above = dirname(installedIn())
  const folder = dirname(above)
  const plan = { socketFolder: '/s', socketName: 's', folder, reads: [], writes: [folder], variables: [] }
  const { words } = sandboxFor({ ...plan, network: true, commands: [], filter: 3 }, { env: {}, home: '/home/ann' })
  expect(words.slice(words.lastIndexOf('--bind')).slice(0, 3)).toEqual(['--bind', above, above])
  expect(words.lastIndexOf(installedIn())).toBeGreaterThan(words.lastIndexOf('--bind'))
})
