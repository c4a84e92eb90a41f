import type { Members } from '../../core/record.ts'
import { withoutBlock } from '../block.ts'
import { withList, withoutOurs } from './config-edits.ts'
import { command } from './names.ts'
import { parsed, valueAt } from './toml.ts'

/*
 * `registry.global-credential-providers` in cargo's config.toml: the last one is asked first. cargo splits each at
 * spaces; so a program whose path has one stands in `credential-alias` under a name.
 */

const providers = ['registry', 'global-credential-providers'] as const
const alias = ['credential-alias', 'credbridge'] as const

/** What cargo asks if nothing is configured: files with plain tokens, and the variables CARGO_…_TOKEN. */
const usual: readonly string[] = ['cargo:token']

/** The providers that are configured, in cargo's order; `undefined` if it is not a list of texts. */
export function providersIn(content: Members): readonly string[] | undefined {
  const list = valueAt(content, providers) ?? usual
  return Array.isArray(list) && list.every((one) => typeof one === 'string') ? list : undefined
}

/** The program of a provider, if it is our command, of this or another installation. */
export function ownProgram(content: Members, provider: string): string | undefined {
  const aliased = provider.includes(' ') ? undefined : valueAt(content, ['credential-alias', provider])
  const [program = ''] = Array.isArray(aliased) ? aliased : String(aliased ?? provider).split(' ')
  const name = String(program).split(/[/\\]/).at(-1) ?? ''
  return [command, `${command}.exe`, `${command}.cmd`].includes(name) ? String(program) : undefined
}

/** The text with this program of ours as the last provider; `undefined` if the file cannot be edited so. */
export function withProvider(text: string, program: string): string | undefined {
  const own = withoutBlock(text)
  const [now, base] = [parsed(text), parsed(own)]
  const list = now && providersIn(now)
  if (now === undefined || list === undefined || base === undefined) return undefined
  const others = list.filter((one) => ownProgram(now, one) === undefined)
  const isSplit = /\s/.test(program)
  const named = withList(own, providers, [...others, isSplit ? alias[1] : program])
  return isSplit && named !== undefined ? withList(named, alias, [program]) : named
}

/** The text without our lines; `undefined` if other settings depend on them. */
export function withoutProvider(text: string): string | undefined {
  return withoutOurs(text, [providers, alias])
}
