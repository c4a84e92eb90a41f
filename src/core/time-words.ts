/* Times as a person says them: local, and in words. All times are milliseconds since 1970. */

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** How long ago, in one unit: `just now`, `3 hours ago`, `2 weeks ago`. A time to come: `in 3 hours`. */
export function agoInWords(at: number, now: number): string {
  const apart = Math.abs(now - at)
  if (apart < minute) return 'just now'
  return at > now ? `in ${span(apart)}` : `${span(apart)} ago`
}

/** A length of time in its largest fitting unit. */
function span(length: number): string {
  const counted = (unit: number, name: string) => {
    const count = Math.floor(length / unit)
    return `${count} ${name}${count === 1 ? '' : 's'}`
  }
  if (length < hour) return counted(minute, 'minute')
  if (length < day) return counted(hour, 'hour')
  if (length < 14 * day) return counted(day, 'day')
  if (length < 60 * day) return counted(7 * day, 'week')
  if (length < 730 * day) return counted(30.44 * day, 'month')
  return counted(365.25 * day, 'year')
}

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** The local time of day, with the day unless it is today: `09:05`, `yesterday at 09:05`, `3 March at 09:05`. */
export function timeInWords(at: number, now: number): string {
  const date = new Date(at)
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`
  const days = dayNumber(date) - dayNumber(new Date(now))
  if (days === 0) return time
  if (days === -1) return `yesterday at ${time}`
  if (days === 1) return `tomorrow at ${time}`
  const year = date.getFullYear() === new Date(now).getFullYear() ? '' : ` ${date.getFullYear()}`
  return `${date.getDate()} ${months[date.getMonth()]}${year} at ${time}`
}

/** A length of time as a person types it: `30m`, `8h`, `2d`; `undefined` for anything else. */
export function typedSpan(text: string): number | undefined {
  const [, count, unit = ''] = /^([0-9]{1,5})([smhd])$/.exec(text) ?? []
  const units: Readonly<Record<string, number>> = { s: second, m: minute, h: hour, d: day }
  const milliseconds = Number(count) * (units[unit] ?? Number.NaN)
  return milliseconds >= 0 ? milliseconds : undefined
}

/** Numbers the calendar's days, whatever their length. */
function dayNumber(date: Date): number {
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / day)
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
