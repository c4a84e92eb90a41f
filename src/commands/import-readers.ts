import type { Owner } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import { hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { Machine } from '../system/machine.ts'
import { tools } from '../tools/index.ts'
import type { NotAsking, PlainSecret } from '../tools/tool.ts'
import { faultOf } from './is-set-up.ts'

/*
 * Moving the secrets of a tool that does not ask credbridge would sign the tool out. So a secret is moved only if one
 * of the tools that read it will find it in credbridge.
 */

/** Returns the secrets that a tool will find again. Reports the others with the reason. `refused` if there are none. */
export async function stillFound(
  { terminal, machine }: CliContext,
  secrets: readonly PlainSecret[],
): Promise<readonly PlainSecret[]> {
  const lackingFor = readersOn(machine)
  const found: PlainSecret[] = []
  const left: string[] = []
  const reasons: NotAsking[] = []
  for (const secret of secrets) {
    const lacking = await lackingFor(secret)
    if (lacking.length === 0) found.push(secret)
    else {
      reasons.push(...lacking)
      left.push(`${printable(`${secret.where}: left, ${whyOf(lacking)}`)}\n`)
    }
  }
  const setups = [...new Set(reasons.map(({ setup }) => setup))]
  if (found.length === 0) {
    throw new Failure('refused', refusal(reasons), {
      hints: [...setups, hint`to copy only: --keep`, hint`to move it all the same: --without-setup`],
    })
  }
  for (const line of [...left, ...setups.map((setup) => `hint: ${setup}\n`)]) terminal.say(line)
  return found
}

/** Why no tool would find a secret in credbridge; empty if one would. */
export type LackingFor = (secret: PlainSecret) => Promise<readonly NotAsking[]>

export function readersOn(machine: Machine): LackingFor {
  const faultFor = rememberedFor(machine)
  return async ({ asks, readBy, credential: { owner } }) => {
    if (asks !== undefined) return asks === true ? [] : [asks]
    const lacking: NotAsking[] = []
    for (const reader of readBy ?? [owner]) {
      const fault = await faultFor(reader)
      if (fault === undefined) return []
      lacking.push(fault)
    }
    return lacking
  }
}

function rememberedFor(machine: Machine): (reader: Owner) => Promise<NotAsking | undefined> {
  const known = new Map<Owner, Promise<NotAsking | undefined>>()
  return (reader) => {
    const fault = known.get(reader) ?? faultOf(machine, reader, tools)
    known.set(reader, fault)
    return fault
  }
}

/** Why nothing is moved. */
export function refusal(reasons: readonly NotAsking[]): string {
  const why = whyOf(reasons)
  return reasons.some(({ isFault }) => isFault) ? `nothing is moved yet: ${why}` : `${why}, and would be signed out`
}

export function whyOf(reasons: readonly NotAsking[]): string {
  return [...new Set(reasons.map(({ why }) => why))].join(', ')
}
