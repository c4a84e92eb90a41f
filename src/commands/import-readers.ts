import type { Owner } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { Machine } from '../system/machine.ts'
import { tools } from '../tools/index.ts'
import type { PlainSecret } from '../tools/tool.ts'
import { asksWell } from './is-set-up.ts'

/*
 * A tool that does not ask credbridge would be signed out by moving its secrets there. So only those are moved that one of
 * the tools which read them will find again.
 */

/** Those that will be found again; each of the others is said. None of them: `refused`. */
export async function stillFound(
  { terminal, machine }: CliContext,
  secrets: readonly PlainSecret[],
): Promise<readonly PlainSecret[]> {
  const isAsking = rememberedFor(machine)
  const found: PlainSecret[] = []
  const left: string[] = []
  const without = new Set<Owner>()
  for (const secret of secrets) {
    const readers = secret.readBy ?? [secret.credential.owner]
    if (secret.asked ?? (await someOf(readers, isAsking))) found.push(secret)
    else {
      for (const reader of readers) without.add(reader)
      left.push(`${printable(`${secret.where}: left, ${doesNotAsk(readers)}`)}\n`)
    }
  }
  const setups = [...without].map((reader) => `credbridge setup ${reader}`)
  if (found.length === 0) {
    throw new Failure('refused', `${doesNotAsk([...without])} and would be signed out`, {
      hints: [...setups, 'to move it all the same: --without-setup'],
    })
  }
  for (const line of [...left, ...setups.map((setup) => `hint: ${setup}\n`)]) terminal.say(line)
  return found
}

async function someOf(readers: readonly Owner[], isAsking: (reader: Owner) => Promise<boolean>): Promise<boolean> {
  for (const reader of readers) if (await isAsking(reader)) return true
  return false
}

function rememberedFor(machine: Machine): (reader: Owner) => Promise<boolean> {
  const known = new Map<Owner, Promise<boolean>>()
  return (reader) => {
    const asks = known.get(reader) ?? asksWell(machine, reader, tools)
    known.set(reader, asks)
    return asks
  }
}

function doesNotAsk(readers: readonly Owner[]): string {
  const verb = readers.length === 1 ? 'does' : 'do'
  return `${readers.join(' and ')} ${verb} not ask credbridge`
}
