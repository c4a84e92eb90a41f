import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll } from 'vitest'
import type { VaultOptions } from '../../../src/stores/vault/options.ts'
import { run } from '../../real/run.ts'
import type { Job, Step } from './worker.ts'

export interface Workers {
  /** The bundled program; its only argument is a job. */
  program(): string
  /** Runs a job in a new process, started by this command if there is one. Returns the outcome of each step. */
  do(job: Job, ...by: readonly string[]): Promise<unknown[]>
  /** Runs this command, which starts the program itself. Returns the outcomes of all steps. */
  outcomes(words: readonly string[]): Promise<unknown[]>
}

const root = join(import.meta.dirname, '..', '..', '..')

/** Bundles the worker for the tests of this file, as the commands are bundled, and readable for any user. */
export function workers(): Workers {
  let folder = ''
  const program = () => join(folder, 'worker.cjs')

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'credbridge-worker-'))
    await build({
      entryPoints: [join(import.meta.dirname, 'worker.ts')],
      outfile: program(),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['@napi-rs/keyring'],
      supported: { 'dynamic-import': false },
      logLevel: 'warning',
    })
    const addon = join('node_modules', '@napi-rs')
    cpSync(join(root, addon), join(folder, addon), { recursive: true })
    chmodSync(folder, 0o755)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function outcomes([first = '', ...words]: readonly string[]): Promise<unknown[]> {
    const { stdout, stderr, exitCode } = await run(first, words, { env: cleanEnvironment(), timeout: 60_000 })
    if (exitCode !== 0) throw new Error(`the worker ended with ${exitCode}: ${stderr}`)
    const lines = stdout.split('\n').filter((line) => line !== '')
    return lines.map((line): unknown => JSON.parse(line))
  }

  return {
    program,
    do: (job, ...by) => outcomes([...by, process.execPath, program(), JSON.stringify(job)]),
    outcomes,
  }
}

/** A job with these steps in this vault. */
export function jobFor({ folder, keyFile, uid }: VaultOptions, steps: readonly Step[]): Job {
  return { options: { folder, keyFile, ...(uid === undefined ? {} : { uid }) }, steps }
}

/** The environment without variables that slow down the start of Node. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: '/nonexistent' }
}
