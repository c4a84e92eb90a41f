import { Failure } from '../../core/failure.ts'
import { hint, linesSaidBy } from '../../core/hint.ts'
import { throwAwayWord } from '../throw-away.ts'
import type { Machine } from '../tool.ts'
import type { Client } from './places.ts'
import { ownProgram } from './plugin-link.ts'

/** Without it the client asks its maker for a newer version. */
const alone = { CHECKPOINT_DISABLE: '1' }
const limit = 60_000

/**
 * Of all commands only `logout` calls the helper and no server. So our command stores a throw-away token, and each real
 * client, as it is configured, must have it removed.
 */
export async function proveTerraform(machine: Machine, clients: readonly Client[]): Promise<string> {
  const ours = ownProgram(machine)
  for (const { name } of clients) {
    const [host, token] = [`try-${throwAwayWord()}.example.com`, throwAwayWord()]
    const get = async () => (await machine.run(ours, ['get', host])).stdout
    const stored = await machine.run(ours, ['store', host], { input: JSON.stringify({ token }) })
    const before = await get()
    const ran = await machine.run(machine.program(name) ?? name, ['logout', host], { env: alone, limit })
    const after = await get()
    if (before.includes(JSON.stringify(token)) && after === '{}\n') continue
    await machine.run(ours, ['forget', host])
    throw new Failure('internal', `${name} did not remove the token that credbridge had stored`, {
      hints: [...linesSaidBy(name, `${stored.stderr}\n${ran.stderr}`), hint`credbridge doctor`],
    })
  }
  return `${clients.map(({ name }) => `${name} logout`).join(' and ')} removed a throw-away token that credbridge had kept`
}
