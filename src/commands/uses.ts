import type { Entry } from '../engine/audit.ts'
import { shown } from '../serve/words.ts'

const mostShown = 20
/** More different uses than that are only counted. */
const mostKept = 1000

/** Counts what a served command was given and refused, and tells it at the end: what it was given comes first. */
export interface Uses {
  hear(entry: Entry): void
  lines(): readonly string[]
}

export function countedUses(): Uses {
  const given = new Map<string, number>()
  const notGiven = new Map<string, number>()
  let uncounted = 0
  return {
    hear(entry) {
      const words = usedWords(entry)
      if (words === undefined) return
      const uses = entry.outcome === 'granted' ? given : notGiven
      if (uses.has(words) || uses.size < mostKept) uses.set(words, (uses.get(words) ?? 0) + 1)
      else uncounted++
    },
    lines() {
      const all = [...given, ...notGiven]
      if (all.length === 0) return ['no credential was asked for']
      const first = all.slice(0, mostShown).map(([words, times]) => (times === 1 ? words : `${words} (${times} times)`))
      const more = all.length - first.length + uncounted
      return more === 0 ? first : [...first, `… and ${more} more: credbridge log`]
    },
  }
}

/** What became of a request, for a person; `undefined` for what had no effect. */
function usedWords({ tool, verb, endpoint, account, outcome, code }: Entry): string | undefined {
  const at = endpoint === undefined ? '' : ` at ${shown(endpoint)}`
  const as = account === undefined || account === '' ? '' : ` as ${shown(account)}`
  const by = ` by ${shown(tool)}`
  const uses = { find: 'used', save: 'saved', remove: 'removed', list: 'listed' }
  if (outcome === 'granted') return `${uses[verb]}${by}${at}${as}`
  if (outcome === 'absent' || outcome === 'nothing') return undefined
  return `${outcome === 'failed' ? `failed (${code})` : 'not granted'}: ${verb}${by}${at}${as}`
}
