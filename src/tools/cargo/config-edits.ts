import type { Members } from '../../core/record.ts'
import { withBlock, withoutBlock } from '../block.ts'
import { changedAt, isSame, type Path, parsed, textThatSays } from './toml.ts'

/*
 * Our lines in cargo's config.toml stand between marks; lines of the user's that would contradict them are set aside as
 * comments (tools/block.ts).
 */

/** The text with this list at `table.key`; `undefined` if that cannot be done without changing anything else. */
export function withList(
  text: string,
  [table, key]: readonly [string, string],
  list: readonly string[],
): string | undefined {
  const content = parsed(text)
  const printed = `[${list.map((one) => JSON.stringify(one)).join(', ')}]`
  return content && textThatSays(changedAt(content, [table, key], list), possibleTexts(text, table, key, printed))
}

/** The text without our lines; `undefined` if anything but the values at these paths would change. */
export function withoutOurs(text: string, paths: readonly Path[]): string | undefined {
  const others = (one: string) => {
    const content = parsed(one)
    return content && paths.reduce((left: Members, path) => changedAt(left, path, undefined), content)
  }
  const before = others(text)
  // A table that we began may have got further keys since.
  const texts = [withoutBlock(text), withoutBlock(text, (line) => line.startsWith('['))]
  return texts.find((one) => {
    const after = others(one)
    return before !== undefined && after !== undefined && isSame(before, after)
  })
}

/** In place of the user's own lines, else below the table's header, else at the end. */
function* possibleTexts(text: string, table: string, key: string, list: string): Iterable<string> {
  const lines = text.split('\n')
  const ownKey = new RegExp(`^\\s*((["']?)${table}\\2\\s*\\.\\s*)?(["']?)${key}\\3\\s*=`)
  const header = new RegExp(`^\\s*\\[\\s*(["']?)${table}\\1\\s*\\]\\s*(#.*)?\\r?$`)
  for (const [first, line] of lines.entries()) {
    const [own] = ownKey.exec(line) ?? []
    for (let last = first; own !== undefined && last < Math.min(lines.length, first + longestList); last++) {
      yield withBlock(text, first, [`${own} ${list}`], (_line, index) => index >= first && index <= last)
    }
  }
  for (const [at, line] of lines.entries()) {
    if (header.test(line)) yield withBlock(text, at + 1, [`${key} = ${list}`], () => false)
  }
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length
  yield withBlock(text, end, [`[${table}]`, `${key} = ${list}`], () => false)
}

/** In lines. */
const longestList = 100
