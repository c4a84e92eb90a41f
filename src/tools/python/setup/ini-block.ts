import { withBlock } from '../../block.ts'
import { placeIn, readIni } from '../plain/ini.ts'

/**
 * The text with our block after the header of the section, or at the end with a header of its own. Options of the
 * section that say otherwise are commented out.
 */
export function withIniBlock(
  text: string,
  section: string,
  ours: readonly string[],
  contradicts: (name: string) => boolean,
): string {
  const lines = text.split('\n')
  const last = text === '' || text.endsWith('\n') ? lines.length - 1 : lines.length
  const place = placeIn(text, section)
  if (place === undefined) return withBlock(text, last, [`[${section}]`, ...ours], () => false)
  const theirs = readIni(text).filter((option) => option.section === section && contradicts(option.name))
  const indented = ours.map((line) => place.indent + line)
  return withBlock(text, place.at, indented, (_, index) => theirs.some(({ from, to }) => index >= from && index < to))
}
