import { printable } from '../core/failure-text.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { PlainSecret } from '../tools/tool.ts'
import { shownAccount } from './arguments.ts'
import { whyOf } from './import-readers.ts'
import type { Candidate, Found } from './import-survey.ts'

/* The preview of `credbridge import`. */

/** Shows every secret with its place, and what happens to it. Then the tools whose files cannot be read, and the ways. */
export function showAll({ terminal, machine }: CliContext, all: readonly Found[]): void {
  const rows = all.flatMap(({ candidates }) => candidates)
  const width = Math.max(0, ...rows.map(({ secret }) => shownPlace(secret).length))
  for (const { tool, candidates, remarks } of all) {
    if (candidates.length + remarks.length > 0) terminal.say(`${tool.name}: ${tool.title}\n`)
    for (const candidate of candidates) {
      const { secret, state } = candidate
      const place = shownPlace(secret).padEnd(Math.min(width, widest))
      terminal.say(`  ${words[state].padEnd(6)} ${place}  ${printable(atHome(secret.where, machine.home))}\n`)
      for (const line of details(candidate)) terminal.say(`         ${printable(line)}\n`)
    }
    for (const remark of remarks) terminal.say(`  note: ${printable(remark)}\n`)
  }
  for (const { tool, failures } of all) {
    for (const { message, hints } of failures) {
      terminal.say(`not looked at for ${tool.name}: ${printable(message)}\n`)
      for (const way of hints) terminal.say(`  hint: ${printable(way)}\n`)
    }
  }
  const ways = rows.flatMap(({ reasons }) => reasons.map(({ setup }) => setup))
  for (const way of new Set(ways)) terminal.say(`hint: ${printable(way)}\n`)
}

/** The account and the endpoint of a secret. */
export function shownPlace({ credential: { account, endpoint } }: PlainSecret): string {
  return printable(`${shownAccount(account)} at ${endpoint.key}`)
}

const words = { move: 'move', ask: 'ask', leave: 'leave' } as const

/** In characters, so that most rows fit into 80 columns. */
const widest = 38

function details({ secret, state, reasons }: Candidate): readonly string[] {
  return [
    ...(secret.changes === undefined ? [] : [secret.changes]),
    ...(secret.isDefault === true ? ['used where no user is named, because it comes first'] : []),
    ...(state === 'ask' ? ['another secret is kept for it already'] : []),
    ...(state === 'leave' ? [whyOf(reasons)] : []),
  ]
}

function atHome(where: string, home: string): string {
  return where.startsWith(`${home}/`) ? `~${where.slice(home.length)}` : where
}
