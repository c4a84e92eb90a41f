import { type Credential, isCredential, isNoteKind, isOurOwn } from '../core/credential.ts'
import type { DoctorLine } from '../core/doctor-line.ts'
import { distinctEndpoints, findReadable } from '../core/find-readable.ts'
import { timeInWords } from '../core/time-words.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { shownAccount } from './arguments.ts'
import type { StoresReport } from './doctor-stores.ts'
import { endOf, interruptedMove } from './standing.ts'

/** Clocks of one network differ by less. */
const mostAhead = 5 * 60_000

/** Credentials that have expired or will soon, and a clock that is behind what was saved. Only of stores that work. */
export async function checkTimes(
  { engine, asker }: CliContext,
  report: StoresReport | undefined,
): Promise<readonly DoctorLine[]> {
  const lines: DoctorLine[] = []
  const now = Date.now()
  let newest = 0
  for (const store of await engine.stores()) {
    if (report?.stores.find(({ name }) => name === store.name)?.works !== true) continue
    const entries = (await store.list(asker)).filter((entry) => !isNoteKind(entry.kind) && !isOurOwn(entry))
    newest = Math.max(newest, ...entries.map(({ savedAt = 0 }) => savedAt))
    const { items } = await findReadable(store, asker, distinctEndpoints(entries.map(({ endpoint }) => endpoint)))
    lines.push(...items.filter(isCredential).flatMap((item) => aboutEnd(item, now)))
  }
  if (newest > now + mostAhead) {
    const says = `the clock says ${timeInWords(now, now)}, but something was saved at ${timeInWords(newest, now)}`
    lines.push({ state: 'wrong', says: `${says}: set the clock` })
  }
  return lines
}

function aboutEnd(item: Credential, now: number): readonly DoctorLine[] {
  const { endpoint, account, owner } = item
  const what = `${shownAccount(account)} at ${endpoint.key}, saved by ${owner},`
  return [...endOf(item, now), ...interruptedMove(item)].map(({ says, fix }) => ({
    state: 'note',
    says: `${what} ${says}`,
    fix,
  }))
}
