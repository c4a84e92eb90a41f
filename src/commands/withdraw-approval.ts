import type { Place } from '../core/credential.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'

/**
 * Withdraws the approval of the command at this place, in the named store or in those in use. A record that comes there
 * later says nothing about what the person wants to run then.
 */
export async function withdrawApproval({ engine, machine }: CliContext, place: Place, store?: string): Promise<void> {
  const { withdraw } = await import('../engine/approvals.ts')
  const stores = store === undefined ? (await engine.stores()).map(({ name }) => name) : [store]
  for (const name of stores) await withdraw(machine, name, place)
}
