import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { Outcome } from '../real/run.ts'
import { onlyWith, startWorld, type World } from '../real/world.ts'

/** What the vault in these tests holds, and what opens it. */
export const at = 'https://git.example.com'
export const words = 'open sesame'
const request = 'protocol=https\nhost=git.example.com\n\n'
export const answer = 'username=ann\npassword=s3cret\n'

/** A machine without a bus, on which the vault is in use. */
export interface VaultWorld extends World {
  /** `credbridge vault …` with this on standard input. */
  vault(input: string, ...words: readonly string[]): Promise<Outcome>
  /** git's helper, asked for what the vault holds. */
  asGit(more?: Readonly<Record<string, string>>): Promise<Outcome>
  status(): Promise<Record<string, unknown> & { slots: { id: string; type: string; about: string }[] }>
}

export async function start(more: Readonly<Record<string, string>> = {}): Promise<VaultWorld> {
  const world = await startWorld('no-bus', onTestFinished)
  const settings = { CREDBRIDGE_STORE: 'vault', ...more }
  const runHere: World['run'] = (command, words, options) =>
    world.run(command, words, { ...options, more: { ...settings, ...options?.more } })
  return {
    ...world,
    run: runHere,
    credbridge: (...words) => runHere('credbridge', words),
    vault: (input, ...words) => runHere('credbridge', ['vault', ...words], { input }),
    asGit: (more = {}) => runHere('git-credential-credbridge', ['get'], { input: request, more, timeout: 20_000 }),
    status: async () => JSON.parse((await runHere('credbridge', ['vault', 'status', '--json'])).stdout),
  }
}

/** The same, with few clients, because doctor asks each that is there for its settings. */
export async function startWithFewClients(): Promise<VaultWorld> {
  return onlyWith(await start(), 'git', 'docker', 'npm', 'cargo', 'sh')
}

/** A vault with one credential of git's and its key file. */
export async function filled(more: Readonly<Record<string, string>> = {}): Promise<VaultWorld> {
  const world = await start(more)
  const input = `protocol=https\nhost=git.example.com\n${answer}\n`
  expect(await world.run('git-credential-credbridge', ['store'], { input })).toMatchObject({ exitCode: 0, stderr: '' })
  return world
}

/** The same with a passphrase, and without the key file. */
export async function withPassphrase(more: Readonly<Record<string, string>> = {}): Promise<VaultWorld> {
  const world = await filled(more)
  expect(await world.vault(`${words}\n`, 'add-slot', 'passphrase')).toMatchObject({ exitCode: 0 })
  expect(await world.vault(`${words}\n`, 'remove-slot', 'key-file')).toMatchObject({ exitCode: 0 })
  rmSync(join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge', 'vault.key'))
  return world
}
