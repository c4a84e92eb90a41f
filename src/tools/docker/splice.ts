/** The single range in which two texts differ. */
export interface Splice {
  readonly was: string
  readonly became: string
}

/** The replacement that turns one text into the other. */
export function spliceBetween(before: string, after: string): Splice {
  const most = Math.min(before.length, after.length)
  let start = 0
  while (start < most && before[start] === after[start]) start++
  let end = 0
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++
  return { was: before.slice(start, before.length - end), became: after.slice(start, after.length - end) }
}

/** Reverts the replacement; `undefined` unless the replaced text occurs exactly once. */
export function spliceUndone(text: string, { was, became }: Splice): string | undefined {
  const at = text.indexOf(became)
  if (became === '' || at < 0 || text.includes(became, at + 1)) return undefined
  return text.slice(0, at) + was + text.slice(at + became.length)
}
