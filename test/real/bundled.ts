import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll } from 'vitest'

/** Bundles a program for the tests of this file, as our own commands are bundled, and readable for any user; its path. */
export function bundled(entry: string): () => string {
  let folder = ''
  const program = () => join(folder, 'program.cjs')
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cb-bundled-'))
    await build({
      entryPoints: [entry],
      outfile: program(),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['@napi-rs/keyring'],
      supported: { 'dynamic-import': false },
      logLevel: 'warning',
    })
    chmodSync(folder, 0o755)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return program
}
