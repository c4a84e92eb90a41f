import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Makes a folder with stand-ins for clients that a test only sets up. Put it last on PATH, so that the real ones come
 * first. Returns the folder.
 */
export function standIns(folder: string): string {
  mkdirSync(folder)
  for (const name of ['docker', 'helm', 'podman'])
    writeFileSync(join(folder, name), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  return folder
}
