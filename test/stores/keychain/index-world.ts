import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Row } from '../../../src/stores/keychain/index-file.ts'

export const row: Row = {
  endpoint: 'https://git.example.com',
  form: 'address',
  account: 'ann',
  owner: 'git',
  kind: 'basic',
  savedAt: 1,
}

/** An index in a new folder, with this content. */
export function indexWith(content: string | undefined, userId = process.getuid?.() ?? -1) {
  const folder = mkdtempSync(join(tmpdir(), 'cb-index-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'keychain.json')
  if (content !== undefined) writeFileSync(file, content, { mode: 0o600 })
  return { file, folder, userId }
}
