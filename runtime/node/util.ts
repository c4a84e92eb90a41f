/* https://nodejs.org/api/util.html, the part that is used. */

/** For plain data. */
export function isDeepStrictEqual(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return Object.is(one, other)
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every(
      (name) =>
        Object.hasOwn(other, name) &&
        isDeepStrictEqual((one as Record<string, unknown>)[name], (other as Record<string, unknown>)[name]),
    )
  )
}

/** https://nodejs.org/api/util.html#modifiers: the start and end code of each. */
const styles: Readonly<Record<string, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  italic: [3, 23],
  underline: [4, 24],
  inverse: [7, 27],
  hidden: [8, 28],
  strikethrough: [9, 29],
  black: [30, 39],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  white: [37, 39],
  gray: [90, 39],
  bgRed: [41, 49],
}

const sequence = '\u001b['
const escaped = sequence.replace('[', '\\[')

export function styleText(names: string | readonly string[], text: string): string {
  const all = typeof names === 'string' ? [names] : names
  return all.reduceRight((styled, name) => {
    const [start, end] = styles[name] ?? [0, 0]
    return `${sequence}${start}m${styled}${sequence}${end}m`
  }, text)
}

const anySequence = new RegExp(`${escaped}[0-?]*[ -/]*[@-~]`, 'g')

export function stripVTControlCharacters(text: string): string {
  return text.replace(anySequence, '')
}
