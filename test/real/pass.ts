import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.ts'
import type { AtEnd } from './session.ts'

/** A password store of its own, with a key without passphrase; needs gpg, gpgconf and pass. */
export interface PasswordStore {
  /** What points gpg and pass to it. */
  readonly env: Readonly<Record<string, string>>
  readonly folder: string
}

export async function startPass(atEnd: AtEnd): Promise<PasswordStore> {
  const folder = mkdtempSync(join(tmpdir(), 'cb-'))
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: folder,
    GNUPGHOME: join(folder, 'gnupg'),
    PASSWORD_STORE_DIR: join(folder, 'store'),
  }
  mkdirSync(env.GNUPGHOME, { mode: 0o700 })
  atEnd(async () => {
    await run('gpgconf', ['--kill', 'all'], { env })
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  const key = ['--quick-generate-key', 'test@example.com', 'future-default', 'default', 'never']
  await succeed(env, 'gpg', '--batch', '--quiet', '--passphrase', '', ...key)
  await succeed(env, 'pass', 'init', 'test@example.com')
  return { env, folder }
}

async function succeed(env: NodeJS.ProcessEnv, command: string, ...words: string[]): Promise<void> {
  const { exitCode, stderr } = await run(command, words, { env })
  if (exitCode !== 0) throw new Error(`${command} failed: ${stderr}`)
}
