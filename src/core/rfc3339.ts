/** The last second that has a year of four digits. */
const latest = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000

/** A time in seconds since 1970, without a fraction; `undefined` if RFC 3339 cannot write it. */
export function rfc3339(seconds: number): string | undefined {
  const whole = Math.floor(seconds)
  if (!(whole >= 0 && whole <= latest)) return undefined
  return `${new Date(whole * 1000).toISOString().slice(0, 19)}Z`
}

/** The seconds since 1970 of a time that names its zone; `undefined` for anything else. */
export function secondsFromRfc3339(text: string): number | undefined {
  const isZoned = text.endsWith('Z') || '+-'.includes(text.at(-6) ?? ' ')
  const isDated = text[10] === 'T' && /^[0-9]/.test(text)
  const time = isZoned && isDated ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000)
}
