import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { vaultStore } from '../../../src/stores/vault/store.ts'
import { storeContract } from '../contract.ts'
import { vaultIn } from './place.ts'

const folder = mkdtempSync(join(tmpdir(), 'credbridge-vault-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

storeContract('a vault with a key file', () => vaultStore(vaultIn(folder)))
