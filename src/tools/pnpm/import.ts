import { join } from 'node:path'
import { hint } from '../../core/hint.ts'
import { putBackInLines } from '../npm/edits.ts'
import { secretsInNpmrcs } from '../npm/import.ts'
import type { NotAsking, PlainSecret, PlainSecrets } from '../tool.ts'
import { helpersIn } from './helpers.ts'
import { configFolder } from './places.ts'

/** The secrets that `pnpm login` writes, and those in older configurations: pnpm's own files, in npm's format. */
export const pnpmSecrets: PlainSecrets = {
  async find(machine, options) {
    const files = ['auth.ini', 'rc'].map((name) => join(configFolder(machine), name))
    const helpers = helpersIn(machine).map(({ registry }) => registry.key)
    const asks = ({ credential: { endpoint } }: PlainSecret): true | NotAsking =>
      helpers.includes(endpoint.key) || {
        why: 'pnpm does not ask credbridge',
        setup: hint`credbridge setup pnpm --registry ${endpoint.key}`,
      }
    const { secrets, remarks } = await secretsInNpmrcs(machine, 'pnpm', files, options)
    return { secrets: secrets.map((secret) => ({ ...secret, asks: asks(secret) })), remarks }
  },

  putBack: putBackInLines,
}
