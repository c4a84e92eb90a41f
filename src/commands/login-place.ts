import type { Aliases } from '../core/aliases.ts'
import { type Address, parseAddress } from '../core/endpoint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { settingsFile } from '../engine/read-settings.ts'
import type { Found } from '../sign-in/probe.ts'
import { hostOfBase } from '../sign-in/provider.ts'
import { aliasLines, textWithAliases } from './alias-lines.ts'
import { sayLine } from './arguments.ts'

/** Where the token is kept: at the base of the instance, for everything there. What an OAuth server opens, nobody knows. */
export function endpointAt({ provider, base }: Found, typed: Address): Address {
  const { host, endpoints } = provider
  return endpoints === 'discovered' || host?.startsWith('.') === true ? typed : parseAddress(base)
}

/**
 * The provider's other hosts use this sign-in if the settings say so. Writes that if the person agrees, and says how to take
 * it back; otherwise it says the lines.
 */
export async function wireRelated(
  context: CliContext,
  { provider, base }: Found,
  isAgreed: boolean | undefined,
): Promise<void> {
  const { terminal, engine, machine } = context
  const settings = await engine.settings()
  const missing = (provider.related ?? []).filter((one) => settings.aliases[one] === undefined)
  if (missing.length === 0) return
  const added: Aliases = Object.fromEntries(missing.map((one) => [one, hostOfBase(base)]))
  const file = settingsFile(machine.folders)
  const text = await textWithAliases(machine.files.read(file) ?? '', settings, added)
  if (text === undefined || !(isAgreed ?? (await agrees(context, missing)))) {
    sayLine(terminal, 'note: its other hosts use it, too, with these lines in the settings:')
    for (const line of ['[aliases]', ...aliasLines(added)]) sayLine(terminal, `  ${line}`)
    return
  }
  machine.files.write(file, text)
  sayLine(terminal, `its other hosts use it now, too: ${missing.join(', ')}`)
  sayLine(terminal, `note: to undo that, delete their lines below [aliases] in ${file}`)
}

async function agrees({ terminal }: CliContext, hosts: readonly string[]): Promise<boolean> {
  if (!terminal.inIsTerminal) return false
  return terminal.confirm(`Its other hosts are ${hosts.join(', ')}. Shall they use this sign-in, too?`)
}
