import { type Address, hostAndPort } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { Found } from '../sign-in/probe.ts'
import type { PrintedBy } from '../sign-in/provider.ts'
import { providers } from '../sign-in/providers.ts'
import { sayLine } from './arguments.ts'
import { endpointAt, wireRelated } from './login-place.ts'
import { set } from './set.ts'

/** Keeps the command of a program that is signed in there, which prints the token. */
export async function keepCommand(
  context: CliContext,
  typed: Address,
  account: string | undefined,
  found: Found | undefined,
  name: string,
  related: boolean | undefined,
): Promise<number> {
  const all = providers.flatMap(({ printedBy }) => printedBy ?? [])
  const printedBy = found?.provider.printedBy
  if (printedBy?.program !== name) throw noSuchProgram(typed, name, all, printedBy)
  const endpoint = found === undefined ? typed : endpointAt(found, typed)
  const user = account ?? printedBy.account
  const command = printedBy.command(hostAndPort(endpoint))
  sayLine(context.terminal, `the command is kept instead of a token; ${name} signs in and out, not credbridge`)
  const options = { kind: user === undefined ? 'bearer' : 'basic', command, lasts: printedBy.lasts } as const
  const end = await set(context, { endpoint, account: user ?? '' }, options)
  if (found !== undefined) await wireRelated(context, found, related)
  return end
}

function noSuchProgram(typed: Address, name: string, all: readonly PrintedBy[], here: PrintedBy | undefined): Failure {
  const known = [...new Set(all.map(({ program }) => program))].join(', ')
  const what = all.some(({ program }) => program === name)
    ? `${name} prints no token for ${typed.key}`
    : `credbridge knows no command of ${name}, only of ${known}`
  const instead = here === undefined ? [] : [hint`credbridge login ${typed.key} --from ${here.program}`]
  return new Failure('unsupported', what, {
    hints: [...instead, hint`any other: credbridge set --command '…' --lasts 1h ${typed.key}`],
  })
}
