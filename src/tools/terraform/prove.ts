import { Failure } from '../../core/failure.ts'
import { hint, saidBy } from '../../core/hint.ts'
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
    const [host, token] = [`try-${random()}.example.com`, random()]
    const get = async () => (await machine.run(ours, ['get', host])).stdout
    const stored = await machine.run(ours, ['store', host], { input: JSON.stringify({ token }) })
    const before = await get()
    const ran = await machine.run(machine.program(name) ?? name, ['logout', host], { env: alone, limit })
    const after = await get()
    if (before.includes(JSON.stringify(token)) && after === '{}\n') continue
    await machine.run(ours, ['forget', host])
    const said = [stored, ran].flatMap(({ stderr }) => stderr.split('\n')).filter((line) => line.trim() !== '')
    throw new Failure('internal', `${name} did not remove the token that credbridge had stored`, {
      hints: [...said.slice(0, 5).map((line) => saidBy(name, line)), hint`credbridge doctor`],
    })
  }
  return `${clients.map(({ name }) => name).join(' and ')} found a throw-away token and removed it`
}

function random(): string {
  return Math.random().toString(36).slice(2)
}
