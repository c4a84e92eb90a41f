import { printable } from '../core/failure-text.ts'
import { columnsOf } from '../core/text-width.ts'
import { startOf, wrapped } from './wrapped.ts'

/* A table for a person: a heading, aligned columns two spaces apart, cut to the width of the terminal. */

export interface Column<Row> {
  readonly heading: string
  cell(row: Row): string
  /** How wide the column stays at least when the table is too wide; absent: it is never cut. */
  readonly least?: number
  /** Where cutting is not enough, columns with a rank are left out, the lowest first; absent: it stays. */
  readonly rank?: number
  /** Where a cell is cut. Both ends of an address tell it apart. */
  readonly cut?: 'middle'
  /** The cell is not cut but broken into lines, as it is where the cell has line ends itself. */
  readonly wraps?: true
  /** The colour of the cell. */
  readonly colour?: (row: Row) => Colour | undefined
}

export type Colour = 'bold' | 'faint' | 'yellow' | 'red'

/** How the table is shown. `width`: the columns of the terminal; absent: no limit. */
export interface Look {
  readonly width: number | undefined
  readonly colours: boolean
}

interface Shown {
  readonly heading: string
  readonly cells: readonly string[]
  readonly colours: readonly (Colour | undefined)[]
  readonly natural: number
  readonly least: number
  readonly rank: number
  /** The lines of a cell within so many columns. */
  readonly within: (cell: string, width: number) => readonly string[]
}

/** The lines of the table. Empty columns are left out. `below`: lines to be shown below a row, indented. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { width, colours }: Look,
  below: (row: Row) => readonly string[] = () => [],
): string {
  const shown = fitting(columns.map((column) => shownColumn(column, rows)).filter(isFilled), width)
  const widths = widthsWithin(shown, width)
  const paint = (text: string, colour: Colour | undefined) => (colours ? painted(text, colour) : text)
  const lines = (cells: readonly (readonly [text: string, colour?: Colour | undefined])[]) => {
    const broken = cells.map(([text], at) => shown[at]?.within(text, widths[at] ?? 0) ?? [])
    const height = Math.max(...broken.map((one) => one.length))
    return Array.from({ length: height }, (_, nth) =>
      cells.map(([, colour], at) => {
        const text = broken[at]?.[nth] ?? ''
        const isLast = at === cells.length - 1
        return paint(text, colour) + (isLast ? '' : ' '.repeat((widths[at] ?? 0) - columnsOf(text)))
      }),
    ).map((parts) => parts.join(gap))
  }
  const heading = lines(shown.map(({ heading }) => [heading, 'bold']))
  const body = rows.flatMap((row, index) => [
    ...lines(shown.map(({ cells, colours }) => [cells[index] ?? '', colours[index]])),
    ...below(row).map((text) => `  ${cutTo(printable(text), (width ?? Number.POSITIVE_INFINITY) - 2, false)}`),
  ])
  return [...heading, ...body].map((text) => `${text.trimEnd()}\n`).join('')
}

/** The wide table where all of it fits, as in a pipe; else the narrow one. */
export function wideOrNarrow<Row>(
  rows: readonly Row[],
  { wide, narrow }: { readonly wide: readonly Column<Row>[]; readonly narrow: readonly Column<Row>[] },
  look: Look,
): string {
  return table(rows, fits(rows, wide, look.width) ? wide : narrow, look)
}

/** Whether the whole table fits, with nothing cut or left out. */
export function fits<Row>(rows: readonly Row[], columns: readonly Column<Row>[], width: number | undefined): boolean {
  const shown = columns.map((column) => shownColumn(column, rows)).filter(isFilled)
  return width === undefined || total(shown.map(({ natural }) => natural)) <= width
}

const gap = '  '

function shownColumn<Row>(column: Column<Row>, rows: readonly Row[]): Shown {
  const wraps = column.wraps === true
  const cells = rows
    .map((row) => column.cell(row))
    .map((cell) => (wraps ? cell.split('\n').map(printable).join('\n') : printable(cell)))
  const natural = Math.max(column.heading.length, ...cells.flatMap((cell) => cell.split('\n')).map(columnsOf))
  return {
    heading: column.heading,
    cells,
    colours: rows.map((row) => column.colour?.(row)),
    natural,
    least: Math.min(natural, column.least ?? natural),
    rank: column.rank ?? stays,
    within: wraps ? brokenTo : (cell, width) => [cutTo(cell, width, column.cut === 'middle')],
  }
}

function isFilled({ cells }: Shown): boolean {
  return cells.some((cell) => cell !== '')
}

const stays = Number.POSITIVE_INFINITY

function fitting(columns: readonly Shown[], width: number | undefined): readonly Shown[] {
  const lowest = Math.min(...columns.map(({ rank }) => rank))
  if (width === undefined || lowest === stays || total(columns.map(({ least }) => least)) <= width) return columns
  return fitting(
    columns.filter(({ rank }) => rank !== lowest),
    width,
  )
}

/** Takes from the widest column that can be cut until the table fits; in a very narrow terminal from any column. */
function widthsWithin(columns: readonly Shown[], width: number | undefined): readonly number[] {
  const widths = columns.map(({ natural }) => natural)
  for (let over = width === undefined ? 0 : total(widths) - width; over > 0; over--) {
    const spare = widths.map((one, at) => (one > (columns[at]?.least ?? 0) ? one : 0))
    const from = spare.some((one) => one > 0) ? spare : widths
    const widest = from.indexOf(Math.max(...from))
    widths[widest] = Math.max(1, (widths[widest] ?? 0) - 1)
  }
  return widths
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + gap.length, -gap.length)
}

/** The text within so many columns, with `…` where something is left out. */
function cutTo(text: string, width: number, inMiddle: boolean): string {
  if (columnsOf(text) <= width) return text
  const letters = [...text]
  const end = inMiddle ? endOf(letters, Math.floor((width - 1) / 2)) : []
  const start = startOf(letters, width - 1 - columnsOf(end.join('')))
  return `${start.join('')}…${end.join('')}`
}

function endOf(letters: readonly string[], width: number): readonly string[] {
  return [...startOf([...letters].reverse(), width)].reverse()
}

/** The lines of a cell, each within so many columns, and indented where they go on with the line before. */
function brokenTo(cell: string, width: number): readonly string[] {
  return cell.split('\n').flatMap((line) => {
    const indent = ' '.repeat(width > 12 && columnsOf(line) > width ? 2 : 0)
    return wrapped(line, width - indent.length, 'all words').map((part, at) => (at === 0 ? '' : indent) + part)
  })
}

/** ECMA-48, 8.3.117. */
const codes: { readonly [colour in Colour]: number } = { bold: 1, faint: 2, yellow: 33, red: 31 }

/** The text in a colour; absent: as it is. */
export function painted(text: string, colour: Colour | undefined): string {
  return colour === undefined || text === '' ? text : `\u001b[${codes[colour]}m${text}\u001b[0m`
}
