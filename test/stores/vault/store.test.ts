import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { Secret } from '../../../src/core/secret.ts'
import { addSlot } from '../../../src/stores/vault/manage.ts'
import { forAgent, forPassphrase } from '../../../src/stores/vault/slots/make.ts'
import { type Agent, startAgent } from '../../real/agent.ts'
import { needsPrograms } from '../../real/require.ts'
import { storeContract } from '../contract.ts'
import { storeOf, vaultIn } from './place.ts'

const folder = mkdtempSync(join(tmpdir(), 'credbridge-vault-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

storeContract('a vault with a key file', () => storeOf(vaultIn(join(folder, 'key-file'))))

const passphrase = new Secret('correct horse battery staple')
const asking = vaultIn(join(folder, 'passphrase'), { ask: async () => passphrase })
const opened = addSlot(asking, forPassphrase(passphrase)).then(() => storeOf(asking))
// One instance for all tests, because each instance derives the key from the passphrase again, which is slow.
storeContract('a vault with a passphrase', () => opened)

let agent: Agent
const suite = needsPrograms('ssh-agent', 'ssh-add', 'ssh-keygen')
storeContract(
  'a vault with an SSH agent',
  () => storeOf(vaultIn(join(folder, 'agent'), { agent: agent.socket })),
  (name, body) =>
    suite(name, () => {
      beforeAll(async () => {
        agent = await startAgent()
        await agent.addKey('ed25519')
        await addSlot(
          vaultIn(join(folder, 'agent'), { agent: agent.socket }),
          forAgent({ ...vaultIn(folder), agent: agent.socket }),
        )
      })
      afterAll(() => agent.end())
      body()
    }),
)
