import { type Asker, withoutPerson } from '../core/asker.ts'
import type { Credential, StoredItem } from '../core/credential.ts'
import { isWithheld } from '../core/ended-uses.ts'
import { asFailure } from '../core/failure.ts'
import { grantOf } from '../core/grant.ts'
import { hint, placeWords } from '../core/hint.ts'
import { safeJson } from '../core/safe-json.ts'
import { timeInWords } from '../core/time-words.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { allItems } from './all-items.ts'
import { byName, jsonEntry, sayLine, shownAccount } from './arguments.ts'
import { fixesFor, shownEnded } from './entry-state.ts'
import { mintedStates } from './minted-state.ts'
import { type Standing, standingOf, type Trouble } from './standing.ts'
import { type Column, table } from './table.ts'
import { toolsHere, usedBy } from './used-by.ts'

export interface StatusOptions {
  readonly json?: boolean
  readonly notify?: boolean
}

/** A sign-in as the screen shows it. */
interface Row {
  readonly item: StoredItem<Credential>
  readonly standing: Standing
  readonly usedBy: readonly string[]
}

/** Shows the sign-ins and what is to be done. Returns the exit code. */
export async function status(context: CliContext, { json, notify }: StatusOptions): Promise<number> {
  const { terminal } = context
  const now = Date.now()
  // At the start of a shell nobody expects a dialog.
  const asker = notify === true ? withoutPerson(context.asker) : context.asker
  const items = await allItems(context, asker)
  const troubles = await storeTroubles(context, asker, items, now)
  const standing = items.map((item) => ({ item, standing: withMore(standingSafely(item, now), troubles(item)) }))
  const shown = standing.filter(({ item, standing }) => isSignIn(item, standing))
  if (notify === true) {
    for (const { item, standing } of shown) for (const one of standing.troubles) sayLine(terminal, told(item, one))
    return 0
  }
  const here = shown.length === 0 ? [] : (await toolsHere(context)).filter(({ asks }) => asks)
  const rows: Row[] = []
  for (const one of shown) rows.push({ ...one, usedBy: (await usedBy(context, one.item, here)).now })
  if (json === true) {
    terminal.out(`${safeJson({ signedIn: rows.map(jsonRow) }, 2)}\n`)
    return 0
  }
  if (rows.length > 0) terminal.out(table(rows, columns(now), terminal))
  else sayLine(terminal, 'nobody is signed in')
  const others = items.length - rows.length
  if (others > 0) sayLine(terminal, `and ${others} that ${others === 1 ? 'has' : 'have'} no end: credbridge list`)
  if (rows.length === 0) sayLine(terminal, 'hint: credbridge login https://host')
  for (const { item, standing } of rows) for (const one of standing.troubles) sayLine(terminal, told(item, one))
  return 0
}

/** What comes from a token, ends, is printed by a command, or is in trouble. Other secrets only `list` shows. */
function isSignIn({ kind, expires }: Credential, { troubles }: Standing): boolean {
  return kind === 'token' || kind === 'minted' || expires !== undefined || troubles.length > 0
}

function standingSafely(item: Credential, now: number): Standing {
  try {
    return standingOf(item, now)
  } catch (error) {
    const fix = hint`credbridge remove ${placeWords(item.endpoint, item.account)}`
    return { troubles: [{ says: `cannot be used: ${asFailure(error).message}`, isDead: true, fix }] }
  }
}

/** What the stores and approvals know: servers' refusals, and commands that do not run. */
async function storeTroubles(
  { engine, machine }: CliContext,
  asker: Asker,
  items: readonly Credential[],
  now: number,
): Promise<(item: Credential) => readonly Trouble[]> {
  const entries = []
  for (const store of await engine.stores()) entries.push(...(await store.list(asker)))
  const actions = await (await engine.broker(asker)).personActions()
  const ended = (await actions.endedUses(entries)).filter(({ refusedAt }) => refusedAt !== undefined)
  const minted = await mintedStates(machine, await actions.minted(items), now)
  return (item) => {
    const [fix] = fixesFor(item, ended)
    const refused = ended.filter((use) => isWithheld(item, use))
    const state = minted.find(({ entry }) => byName(entry, item) === 0)
    const words = placeWords(item.endpoint, item.account)
    return [
      ...(fix === undefined
        ? []
        : shownEnded(refused, now).map((says) => ({ says: `was ${says}`, isDead: false, fix }))),
      ...(state?.approved === false
        ? [{ says: 'has a command that is not approved here', isDead: true, fix: hint`credbridge approve ${words}` }]
        : []),
      ...(state?.approved === true && state.failed !== undefined
        ? [{ says: `has a command that failed: ${state.failed}`, isDead: false, fix: hint`credbridge get ${words}` }]
        : []),
    ]
  }
}

function withMore(standing: Standing, troubles: readonly Trouble[]): Standing {
  return { ...standing, troubles: [...standing.troubles, ...troubles] }
}

function columns(now: number): readonly Column<Row>[] {
  return [
    { heading: 'ENDPOINT', cell: ({ item }) => item.endpoint.key, least: 26, cut: 'middle' },
    { heading: 'ACCOUNT', cell: ({ item }) => shownAccount(item.account), least: 8 },
    {
      heading: 'ENDS',
      cell: ({ standing: { ends } }) => (ends === undefined ? '-' : timeInWords(ends, now)),
      colour: ({ standing: { troubles } }) =>
        troubles.some(({ isDead }) => isDead) ? 'red' : troubles.length > 0 ? 'yellow' : undefined,
    },
    { heading: 'RENEWED BY', cell: ({ standing: { renewedBy } }) => renewedBy ?? 'nobody', rank: 1 },
    { heading: 'USED BY', cell: ({ usedBy }) => (usedBy.length === 0 ? 'no tool' : usedBy.join(', ')), least: 8 },
  ]
}

function told({ endpoint, account, owner }: Credential, { says, fix }: Trouble): string {
  return `${shownAccount(account)} at ${endpoint.key}, saved by ${owner}, ${says}: ${fix}`
}

function jsonRow({ item, standing: { ends, renewedBy, troubles }, usedBy }: Row): Record<string, unknown> {
  return {
    ...jsonEntry(item),
    ...(item.kind === 'token' ? providerOf(item) : {}),
    ...(ends === undefined ? {} : { ends: new Date(ends).toISOString() }),
    renewedBy: renewedBy ?? null,
    usedBy,
    troubles: troubles.map(({ says, isDead, fix }) => ({ says, dead: isDead, fix })),
  }
}

function providerOf(item: Credential): Record<string, unknown> {
  try {
    const { provider, scopes } = grantOf(item)
    return { provider, scopes }
  } catch {
    return {}
  }
}
