import { type Entry, isNoteKind, isOurOwn, ourselves } from '../core/credential.ts'
import type { EndedUse } from '../core/ended-uses.ts'
import { type Endpoint, sameEndpoint } from '../core/endpoint.ts'
import { type Failure, failureToPass } from '../core/failure.ts'
import type { Copy } from '../core/restorable.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { byName } from './arguments.ts'

/** An entry and the store that has it. */
export interface Kept extends Entry {
  readonly store: string
}

/** Everything that is kept, as far as the stores in use can be read. */
export interface AllKept {
  readonly entries: readonly Kept[]
  /** The default accounts. */
  readonly defaults: readonly Kept[]
  readonly ended: readonly EndedUse[]
  /** What a server's refusal or a person removed, and can still be restored. */
  readonly copies: readonly Copy[]
  /** When each of the copies was made, from its `until`. */
  readonly madeAt: (until: number) => number
  /** Stores and items that cannot be read. */
  readonly problems: readonly Failure[]
}

export async function allKept({ engine, asker, broker }: CliContext): Promise<AllKept> {
  const problems: Failure[] = []
  const all: Kept[] = []
  const orProblem = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      problems.push(failureToPass(error))
      return otherwise
    }
  }
  for (const store of await engine.stores()) {
    const entries = await orProblem(() => store.list(asker), [])
    all.push(...entries.map((entry) => ({ ...entry, store: store.name })))
    problems.push(...(await orProblem(async () => (await store.problems?.(asker)) ?? [], [])))
  }
  const opened = await broker()
  const restorable = await opened.restorable()
  const ended = await orProblem(async () => (await opened.personActions()).endedUses(all), [])
  const hasCopies = all.some(({ kind }) => kind === 'erased')
  return {
    entries: all.filter((entry) => !isNoteKind(entry.kind) && !isOurOwn(entry)).sort(byName),
    defaults: all.filter(({ kind, owner }) => kind === 'default' && owner === ourselves),
    ended,
    copies: hasCopies ? await orProblem(() => restorable.all(), []) : [],
    madeAt: restorable.madeAt,
    problems,
  }
}

/** Those at one of these endpoints. */
export function atAny<Some extends { readonly endpoint: Endpoint }>(
  all: readonly Some[],
  endpoints: readonly Endpoint[],
): readonly Some[] {
  return all.filter((one) => endpoints.some((at) => sameEndpoint(at, one.endpoint)))
}

/** Those for the same host, which another scheme, port or path keeps apart, or for a service of its name. */
export function nearBy(all: readonly Kept[], asked: Endpoint, endpoints: readonly Endpoint[]): readonly Kept[] {
  const host = hostOf(asked)
  const others = all.filter(({ endpoint }) => !endpoints.some((at) => sameEndpoint(at, endpoint)))
  return others.filter(({ endpoint }) => hostOf(endpoint) === host)
}

/** The host of an address, or of a service name that is written like one. */
function hostOf({ key }: Endpoint): string {
  const scheme = key.indexOf('://')
  const rest = (scheme < 0 ? key : key.slice(scheme + 3)).toLowerCase()
  const end = rest.search(/[/:?#]/)
  return end < 0 ? rest : rest.slice(0, end)
}
