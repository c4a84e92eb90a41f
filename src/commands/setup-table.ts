import { hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { PlainSecret, Plan, Tool } from '../tools/tool.ts'
import { sayLine } from './arguments.ts'
import { atHome } from './at-home.ts'
import { type Candidate, isBroken, type Outlook } from './setup-outlook.ts'
import { readableIn, shownChange, shownPlaces, shownRemark, shownSignIn, toMovePlain } from './setup-words.ts'
import { type Column, wideOrNarrow } from './table.ts'

/*
 * The preview of `credbridge setup`, of its undo and of `credbridge uninstall`: one table of what would change, with every
 * path in full. Below it is what a person may want to paste.
 */

/**
 * Shows each installed tool, what would change for it, and the secrets that stay readable in its files. `without`: tools
 * that have no setup, which are shown for their secrets.
 */
export async function showSetups(
  context: CliContext,
  all: readonly Candidate[],
  without: readonly Tool[],
): Promise<void> {
  const here = all.filter(({ outlook }) => outlook.state === 'ready' || outlook.state === 'done')
  const taken = here.flatMap(({ outlook }) => (outlook.state === 'ready' ? (outlook.plan.signIns ?? []) : []))
  const readable = await readableIn(context, [...here.map(({ tool }) => tool), ...without], taken)
  showTable(context, all, readable)
  const { terminal } = context
  const named = (state: Outlook['state']) => all.filter(({ outlook }) => outlook.state === state)
  const names = (state: Outlook['state']) => named(state).map(({ tool }) => tool.name)
  if (names('absent').length > 0) sayLine(terminal, `not installed: ${names('absent').join(', ')}`)
  if (readable.size > 0) sayLine(terminal, `hint: ${toMovePlain}`)
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
  const { home } = machine
  const left = (tool: Tool) => shownPlaces(readable.get(tool) ?? [], home)
  const present = all.filter(({ outlook }) => outlook.state !== 'absent')
  const others = [...readable.keys()].filter((tool) => tool.setup === undefined)
  const rows: readonly Row[] = [
    ...present.map(({ tool, outlook }) => ({ tool, changes: changesOf(tool, outlook, home), left: left(tool) })),
    ...others.map((tool) => ({ tool, changes: ['none, it has no setup'], left: left(tool) })),
  ]
  const { messages } = terminal
  if (rows.length === 0) return
  terminal.say(wideOrNarrow(rows, { wide, narrow }, messages))
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

function changesOf(tool: Tool, outlook: Outlook, home: string): readonly string[] {
  switch (outlook.state) {
    case 'ready':
      return linesOf(tool, outlook.plan, home)
    case 'done':
      return ['none, it is set up']
    case 'by-name-only':
      return ['none, only if you name it']
    case 'other-way':
      return [
        `none, ${isBroken(outlook) ? 'it is left alone' : 'it needs another way'}: ${atHome(outlook.failure.message, home)}`,
      ]
    default:
      return []
  }
}

function linesOf(tool: Tool, { changes, signIns = [] }: Plan, home: string): readonly string[] {
  return [
    ...changes.map(({ says }) => shownChange(tool, says, home)),
    ...signIns.map((secret) => shownSignIn(secret, home)),
  ]
}

/** What a person may want to know or to paste, by the tool. */
function showNotes(context: CliContext, all: readonly Candidate[]): void {
  const { terminal, machine } = context
  for (const { tool, outlook } of all) {
    const remarks = outlook.state === 'ready' ? outlook.plan.remarks : []
    for (const remark of remarks) sayLine(terminal, shownRemark(tool, remark, machine.home))
    const ways = outlook.state === 'other-way' ? outlook.failure.hints : []
    for (const way of ways) sayLine(terminal, `hint: for ${tool.name}: ${way}`)
  }
}
