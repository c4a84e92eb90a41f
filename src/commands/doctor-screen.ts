import { printable } from '../core/failure-text.ts'
import type { Terminal } from '../core/terminal.ts'
import { countedText, type Result } from './doctor-line-text.ts'
import { type Colour, painted } from './table.ts'
import { wrapped } from './wrapped.ts'

type Look = Pick<Terminal, 'width' | 'colours'>

/**
 * The findings for a person at a terminal: under a heading for each area, the areas with problems first, and counted at
 * the end. `results` are in the order of `inOrder`.
 */
export function doctorScreen(results: readonly Result[], stores: readonly string[], look: Look): string {
  const areas = new Map<string, Result[]>()
  for (const result of results) {
    const area = areaOf(result, stores)
    areas.set(area, [...(areas.get(area) ?? []), result])
  }
  const blocks = [...areas].map(([area, found]) => {
    const heading = look.colours ? painted(area, 'bold') : area
    return [heading, ...found.flatMap((result) => linesOf(result, stores, look))].map((line) => `${line}\n`).join('')
  })
  return [...blocks, `${countedText(results)}\n`].join('\n')
}

/** What was found about what is kept. */
const aboutCredentials = ['erased', 'refused', 'minted', 'sign-in', 'expiry']

function areaOf({ check, state }: Result, stores: readonly string[]): string {
  if (state === 'skipped') return 'skipped'
  if (check === 'store' || stores.includes(check)) return 'stores'
  return aboutCredentials.includes(check) ? 'credentials' : check
}

const marks: { readonly [state in Result['state']]: readonly [mark: string, colour?: Colour] } = {
  wrong: ['WRONG', 'red'],
  note: ['note', 'yellow'],
  ok: ['ok'],
  skipped: [''],
}

const markWidth = 7

function linesOf({ check, state, says, fix }: Result, stores: readonly string[], look: Look): readonly string[] {
  const [mark, colour] = marks[state]
  const padding = state === 'skipped' ? '' : ' '.repeat(markWidth - mark.length)
  const indent = ' '.repeat(2 + (state === 'skipped' ? 0 : markWidth))
  const text = printable(stores.includes(check) ? `${check}: ${says}` : says)
  const [first = '', ...rest] = wrapped(text, look.width === undefined ? undefined : look.width - indent.length)
  return [
    `  ${look.colours ? painted(mark, colour) : mark}${padding}${first}`,
    ...rest.map((line) => indent + line),
    ...(fix === undefined ? [] : [`${indent}fix: ${printable(fix)}`]),
  ]
}
