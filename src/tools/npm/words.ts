/* The arguments of an npm call, split as npm's own parser (nopt) does. */

/** Options of one letter whose value is the next argument. */
const letters = ['-C', '-L', '-c', '-m', '-w', '-o']

/** The arguments that are neither options nor their values: the command and its arguments. */
export async function positionals(words: readonly string[]): Promise<readonly string[]> {
  const before = beforeDashes(words)
  const mayWantNext = (word: string) => word.startsWith('--') && !word.includes('=') && !word.startsWith('--no-')
  const takesValue = before.some(mayWantNext) ? (await import('./settings.ts')).takesValue : undefined
  const wantsNext = (word: string) =>
    letters.includes(word) || (mayWantNext(word) && takesValue?.(word.slice(2)) === true)
  const own = before.filter((word, at) => !word.startsWith('-') && !wantsNext(before[at - 1] ?? ''))
  return [...own, ...words.slice(before.length + 1)]
}

export function beforeDashes(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--')
  return end < 0 ? words : words.slice(0, end)
}

/** The values of an option, written `--name value` or `--name=value`. */
export function valuesOf(words: readonly string[], ...names: readonly string[]): readonly string[] {
  return words.flatMap((word, at) => {
    const equals = word.indexOf('=')
    if (names.includes(word)) return words[at + 1] ?? []
    return equals > 0 && names.includes(word.slice(0, equals)) ? word.slice(equals + 1) : []
  })
}
