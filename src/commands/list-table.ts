import type { Terminal } from '../core/terminal.ts'
import { agoInWords } from '../core/time-words.ts'
import { jsonEntry, shownAccount } from './arguments.ts'
import { entryStateData, entryStateTexts } from './entry-state.ts'
import type { Row } from './listed.ts'
import { mintedData, mintedText } from './minted-state.ts'
import { type Column, fits, table } from './table.ts'
import { tokenData, tokenText } from './token-state.ts'

/** The rows as a table. Where the terminal is too narrow for one line, the state stands below its row. */
export function listTable(rows: readonly Row[], look: Pick<Terminal, 'width' | 'colours'>, now: number): string {
  const columns = columnsFor(rows, now)
  const state: Column<Row> = {
    heading: 'STATE',
    cell: (row) => textsOf(row, now).join('; '),
    colour: ({ state, token }) => (state.ended.length > 0 || token?.renewal === 'ended' ? 'yellow' : undefined),
  }
  if (fits(rows, [...columns, state], look.width)) return table(rows, [...columns, state], look)
  return table(rows, columns, look, (row) => textsOf(row, now))
}

function textsOf({ state, minted, token }: Row, now: number): readonly string[] {
  const origin = minted === undefined ? [] : [mintedText(minted, now)]
  return [...entryStateTexts(state, now), ...origin, ...(token === undefined ? [] : [tokenText(token, now)])]
}

function columnsFor(rows: readonly Row[], now: number): readonly Column<Row>[] {
  const several = new Set(rows.map(({ store }) => store)).size > 1
  return [
    { heading: 'ENDPOINT', cell: ({ entry }) => entry.endpoint.key, least: 26, cut: 'middle' },
    { heading: 'ACCOUNT', cell: ({ entry }) => shownAccount(entry.account), least: 8 },
    { heading: 'OWNER', cell: ({ entry }) => entry.owner, rank: 3 },
    { heading: 'KIND', cell: ({ entry }) => entry.kind, rank: 1 },
    { heading: 'STORE', cell: ({ store }) => (several ? store : ''), rank: 2 },
    {
      heading: 'EXPIRES',
      cell: ({ expires }) => (expires === undefined ? '' : agoInWords(expires, now)),
      colour: ({ expires }) => (expires !== undefined && expires <= now ? 'red' : undefined),
    },
    {
      heading: 'SAVED',
      cell: ({ entry: { savedAt } }) => (savedAt === undefined ? '' : agoInWords(savedAt, now)),
      colour: () => 'faint',
    },
  ]
}

/** A row for programs. */
export function jsonRow({ entry, state, store, expires, minted, token }: Row): Record<string, unknown> {
  const end = expires === undefined ? {} : { expires: new Date(expires).toISOString() }
  const printed = minted === undefined ? {} : { minted: mintedData(minted) }
  const signIn = token === undefined ? {} : { token: tokenData(token) }
  return { ...jsonEntry(entry), ...end, store, ...entryStateData(state), ...printed, ...signIn }
}
