import { asFailure, Failure } from '../../core/failure.ts'
import type { Machine, TakenSecret } from '../tool.ts'
import { type Layout, withEntry } from './edits.ts'
import { entriesIn } from './syntax.ts'

/** Writes entries back. Returns a failure for each one that cannot be written. */
export function putBackAll(machine: Machine, taken: readonly TakenSecret[]): readonly (Failure | undefined)[] {
  const failures = new Map<TakenSecret, Failure>()
  // Later imports first, and of one import the first entry first: so each finds the text as it was.
  for (const one of [...taken].sort(byOrder)) {
    try {
      putBack(machine, one)
    } catch (error) {
      failures.set(one, asFailure(error))
    }
  }
  return taken.map((one) => failures.get(one))
}

function putBack({ files }: Machine, { trace, credential: { account, secret } }: TakenSecret): void {
  const { file = '', machine = '' } = trace
  const text = files.read(file) ?? ''
  const there = entriesIn(text).find((one) => one.machine?.text === machine && one.login?.text === account)
  if (there?.password?.text === secret.expose()) return
  const after = there === undefined ? withEntry(text, layoutIn(trace), secret.expose()) : undefined
  if (after === undefined) {
    const why = there === undefined ? 'has no place for it' : 'has another password for it'
    throw new Failure('refused', `${file} has changed, and ${why}`)
  }
  files.write(file, after)
}

function byOrder(a: TakenSecret, b: TakenSecret): number {
  const [one, other] = [layoutIn(a.trace), layoutIn(b.trace)]
  return one.size - other.size || (one.pieces[0]?.at ?? 0) - (other.pieces[0]?.at ?? 0)
}

function layoutIn({ layout = '' }: TakenSecret['trace']): Layout {
  return JSON.parse(layout) as Layout
}
