import { type Address, parseAddress } from '../core/endpoint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { Found } from '../sign-in/probe.ts'
import { hostOfBase } from '../sign-in/provider.ts'
import { sayLine } from './arguments.ts'

/** Where the token is kept: at the base of the instance, for everything there. What an OAuth server opens, nobody knows. */
export function endpointAt({ provider, base }: Found, typed: Address): Address {
  const { host, endpoints } = provider
  return endpoints === 'discovered' || host?.startsWith('.') === true ? typed : parseAddress(base)
}

/** The provider's other hosts use this sign-in if the settings say so. */
export async function sayRelated({ terminal, engine }: CliContext, { provider, base }: Found): Promise<void> {
  const { aliases } = await engine.settings()
  const missing = (provider.related ?? []).filter((one) => aliases[one] === undefined)
  if (missing.length === 0) return
  sayLine(terminal, 'note: its other hosts use it, too, with these lines in the settings:')
  for (const line of ['[aliases]', ...missing.map((one) => `"${one}" = "${hostOfBase(base)}"`)])
    sayLine(terminal, `  ${line}`)
}
