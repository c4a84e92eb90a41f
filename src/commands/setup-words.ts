import { hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { PlainSecret, Tool } from '../tools/tool.ts'
import { atHome } from './at-home.ts'
import { clearSecrets } from './doctor-tools.ts'
import { shownSecret } from './take-over.ts'

/* What setup says of a tool, for one tool as for all. */

/** A change of a tool. The tool's name stands beside it already. */
export function shownChange({ name }: Pick<Tool, 'name'>, says: string, home: string): string {
  return atHome(says.startsWith(`${name}: `) ? says.slice(name.length + 2) : says, home)
}

/** A secret that setup takes over. */
export function shownSignIn(secret: PlainSecret, home: string): string {
  return `take over ${atHome(shownSecret(secret), home)}`
}

/** A remark on a tool. */
export function shownRemark(tool: Pick<Tool, 'name'>, remark: string, home: string): string {
  const text = shownChange(tool, remark, home)
  return `note: ${text.startsWith(`${tool.name} `) ? text : `${tool.name}: ${text}`}`
}

/** Where secrets of a tool stay readable. */
export function shownPlaces(secrets: readonly PlainSecret[], home: string): readonly string[] {
  const more = secrets.length - 3
  const some = secrets.slice(0, 3).map(({ where }) => atHome(where, home))
  return more > 0 ? [...some, `${more} more`] : some
}

/** How to move them. */
export const toMovePlain = hint`to move the plain secrets that stay: credbridge import`

/** The secrets that stay readable in files of these tools. Those that a setup takes over do not. */
export async function readableIn(
  context: Pick<CliContext, 'machine'>,
  tools: readonly Tool[],
  taken: readonly PlainSecret[],
): Promise<ReadonlyMap<Tool, readonly PlainSecret[]>> {
  const found = await clearSecrets(context, tools, async () => [])
  const left = tools.map(
    (tool) => [tool, (found.get(tool) ?? []).filter(({ where }) => !taken.some((one) => one.where === where))] as const,
  )
  return new Map(left.filter(([, secrets]) => secrets.length > 0))
}
