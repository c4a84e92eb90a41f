import { spawnSync } from 'node:child_process'
import { programOnPath } from './require.ts'

/** The installed go, if it asks programs for credentials (1.24 or later). */
export const machineGo: string | undefined = goWithGoauth()

function goWithGoauth(): string | undefined {
  const go = programOnPath('go')
  if (go === undefined) return undefined
  const { stdout } = spawnSync(go, ['env', 'GOAUTH'], { cwd: '/', encoding: 'utf8' })
  return (stdout ?? '').trim() === '' ? undefined : go
}
