import { hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { PlainSecret, Plan, Tool } from '../tools/tool.ts'
import { sayLine } from './arguments.ts'
import { atHome } from './at-home.ts'
import { clearSecrets } from './doctor-tools.ts'
import { type Candidate, isBroken, type Outlook } from './setup-outlook.ts'
import { type Column, fits, table } from './table.ts'
import { shownSecret } from './take-over.ts'

/*
 * The preview of `credbridge setup`, of its undo and of `credbridge uninstall`: one table of what would change, with every
 * path in full. Below it is what a person may want to paste.
 */

/** Shows each installed tool, what would change for it, and the secrets that stay readable in its files. */
export async function showSetups(context: CliContext, all: readonly Candidate[]): Promise<void> {
  const readable = await readableIn(context, all)
  showTable(context, all, readable)
  const { terminal } = context
  const named = (state: Outlook['state']) => all.filter(({ outlook }) => outlook.state === state)
  const names = (state: Outlook['state']) => named(state).map(({ tool }) => tool.name)
  if (names('absent').length > 0) sayLine(terminal, `not installed: ${names('absent').join(', ')}`)
  if (readable.size > 0) sayLine(terminal, `hint: ${hint`to move the plain secrets that stay: credbridge import`}`)
  showNotes(context, all)
  for (const name of names('by-name-only')) sayLine(terminal, `hint: ${hint`for ${name}: credbridge setup ${name}`}`)
}

/** Shows each tool whose setup would be undone, or cannot be. */
export function showUndone(context: CliContext, all: readonly Candidate[]): void {
  showTable(context, all, new Map())
  showNotes(context, all)
}

interface Row {
  readonly tool: Tool
  readonly changes: readonly string[]
  /** Where plain secrets stay. */
  readonly left: readonly string[]
}

function showTable(
  context: CliContext,
  all: readonly Candidate[],
  readable: ReadonlyMap<Tool, readonly PlainSecret[]>,
): void {
  const { terminal, machine } = context
  const shown = (text: string) => atHome(text, machine.home)
  const rows = all
    .filter(({ outlook }) => outlook.state !== 'absent')
    .map(({ tool, outlook }) => ({
      tool,
      changes: changesOf(tool, outlook).map(shown),
      left: someOf(readable.get(tool) ?? []).map(shown),
    }))
  const { messages } = terminal
  if (rows.length === 0) return
  const isWide = messages.width !== undefined && fits(rows, wide, messages.width)
  terminal.say(table(rows, isWide ? wide : narrow, messages))
}

const nameColumn: Column<Row> = { heading: 'TOOL', cell: ({ tool }) => tool.name }

const wide: readonly Column<Row>[] = [
  nameColumn,
  { heading: 'CHANGES', cell: ({ changes }) => changes.join('\n'), wraps: true },
  { heading: 'PLAIN SECRETS', cell: ({ left }) => left.join('\n'), colour: () => 'yellow', wraps: true },
]

/** The secrets stand below the changes. */
const narrow: readonly Column<Row>[] = [
  nameColumn,
  {
    heading: 'CHANGES',
    cell: ({ changes, left }) => [...changes, ...left.map((where) => `stays plain: ${where}`)].join('\n'),
    least: 8,
    wraps: true,
  },
]

function changesOf({ name }: Tool, outlook: Outlook): readonly string[] {
  switch (outlook.state) {
    case 'ready':
      return linesOf(name, outlook.plan)
    case 'done':
      return ['none, it is set up']
    case 'by-name-only':
      return ['none, only if you name it']
    case 'other-way':
      return [`none, ${isBroken(outlook) ? 'it is left alone' : 'it needs another way'}: ${outlook.failure.message}`]
    default:
      return []
  }
}

/** The table says the tool's name already. */
function linesOf(name: string, { changes, signIns = [] }: Plan): readonly string[] {
  return [
    ...changes.map(({ says }) => (says.startsWith(`${name}: `) ? says.slice(name.length + 2) : says)),
    ...signIns.map((secret) => `take over ${shownSecret(secret)}`),
  ]
}

function someOf(secrets: readonly PlainSecret[]): readonly string[] {
  const more = secrets.length - 3
  const some = secrets.slice(0, 3).map(({ where }) => where)
  return more > 0 ? [...some, `${more} more`] : some
}

/** What a person may want to know or to paste, by the tool. */
function showNotes(context: CliContext, all: readonly Candidate[]): void {
  const { terminal, machine } = context
  for (const { tool, outlook } of all) {
    const remarks = outlook.state === 'ready' ? outlook.plan.remarks : []
    for (const remark of remarks) sayLine(terminal, atHome(`note: ${tool.name}: ${remark}`, machine.home))
    const ways = outlook.state === 'other-way' ? outlook.failure.hints : []
    for (const way of ways) sayLine(terminal, `hint: for ${tool.name}: ${way}`)
  }
}

/** The secrets that stay readable in files of these tools. Those that setup takes over are shown as changes. */
async function readableIn(
  context: CliContext,
  all: readonly Candidate[],
): Promise<ReadonlyMap<Tool, readonly PlainSecret[]>> {
  const here = all.filter(({ outlook }) => outlook.state === 'ready' || outlook.state === 'done')
  const tools = here.map(({ tool }) => tool)
  const found = await clearSecrets(context, tools, async () => [])
  const taken = here.flatMap(({ outlook }) => (outlook.state === 'ready' ? (outlook.plan.signIns ?? []) : []))
  const left = tools.map(
    (tool) => [tool, (found.get(tool) ?? []).filter(({ where }) => !taken.some((one) => one.where === where))] as const,
  )
  return new Map(left.filter(([, secrets]) => secrets.length > 0))
}
