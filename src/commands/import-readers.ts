import type { Owner } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import { hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { Machine } from '../system/machine.ts'
import { tools } from '../tools/index.ts'
import type { NotAsking, PlainSecret } from '../tools/tool.ts'
import { asksWell } from './is-set-up.ts'

/*
 * A tool that does not ask credbridge would be signed out by moving its secrets there. So only those are moved that one of
 * the tools which read them will find again.
 */

/** Those that will be found again; says which are left where they are, and why. None will be found: `refused`. */
export async function stillFound(
  { terminal, machine }: CliContext,
  secrets: readonly PlainSecret[],
): Promise<readonly PlainSecret[]> {
  const isAsking = rememberedFor(machine)
  const found: PlainSecret[] = []
  const left: string[] = []
  const reasons: NotAsking[] = []
  for (const secret of secrets) {
    const lacking = secret.asks ?? (await notAsking(secret.readBy ?? [secret.credential.owner], isAsking))
    if (lacking === true) found.push(secret)
    else {
      reasons.push(...[lacking].flat())
      left.push(`${printable(`${secret.where}: left, ${whyOf([lacking].flat())}`)}\n`)
    }
  }
  const setups = [...new Set(reasons.map(({ setup }) => setup))]
  if (found.length === 0) {
    throw new Failure('refused', `${whyOf(reasons)}, and would be signed out`, {
      hints: [...setups, hint`to copy only: --keep`, hint`to move it all the same: --without-setup`],
    })
  }
  for (const line of [...left, ...setups.map((setup) => `hint: ${setup}\n`)]) terminal.say(line)
  return found
}

async function notAsking(
  readers: readonly Owner[],
  isAsking: (reader: Owner) => Promise<boolean>,
): Promise<true | readonly NotAsking[]> {
  for (const reader of readers) if (await isAsking(reader)) return true
  return readers.map((reader) => ({
    why: `${reader} does not ask credbridge`,
    setup: hint`credbridge setup ${reader}`,
  }))
}

function rememberedFor(machine: Machine): (reader: Owner) => Promise<boolean> {
  const known = new Map<Owner, Promise<boolean>>()
  return (reader) => {
    const asks = known.get(reader) ?? asksWell(machine, reader, tools)
    known.set(reader, asks)
    return asks
  }
}

function whyOf(reasons: readonly NotAsking[]): string {
  return [...new Set(reasons.map(({ why }) => why))].join(', ')
}
