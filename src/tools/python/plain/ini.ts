/*
 * The files of Python's configparser, line by line, so that other lines stay verbatim: sections in brackets, `name =
 * value` or `name: value`, comments after `#` or `;`. A value continues in lines that are indented deeper than its name
 * (Lib/configparser.py, `_read`).
 */

export interface IniOption {
  readonly section: string
  /** In lower case, as in configparser. */
  readonly name: string
  /** The lines of the value, each without surrounding white space. */
  readonly value: readonly string[]
  /** Its first line and the one after its last, counted from 0. */
  readonly from: number
  readonly to: number
}

interface IniFile {
  readonly options: readonly IniOption[]
  readonly headers: readonly { readonly section: string; readonly at: number }[]
}

export function readIni(text: string): readonly IniOption[] {
  return parsed(text).options
}

/** The text without an option; unchanged if there is no such option. */
export function withoutOption(text: string, section: string, name: string): string {
  const lines = text.split('\n')
  const option = readIni(text).find((one) => one.section === section && one.name === name)
  if (option === undefined) return text
  return [...lines.slice(0, option.from), ...lines.slice(option.to)].join('\n')
}

/** The text with an option as the first of its section. An existing option stays unchanged. */
export function withOption(text: string, section: string, name: string, value: string): string {
  if (readIni(text).some((one) => one.section === section && one.name === name)) return text
  const lines = text.split('\n')
  const place = placeIn(text, section)
  if (place === undefined) {
    return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}[${section}]\n${name} = ${value}\n`
  }
  return [...lines.slice(0, place.at), `${place.indent}${name} = ${value}`, ...lines.slice(place.at)].join('\n')
}

/** The position for a section's first option, with the indentation of the next line, which must not be deeper. */
export function placeIn(text: string, section: string): { readonly at: number; readonly indent: string } | undefined {
  const header = parsed(text).headers.find((one) => one.section === section)
  if (header === undefined) return undefined
  const following = text.split('\n').slice(header.at + 1)
  const next = following.find((line) => !saysNothing(line.trim())) ?? ''
  return { at: header.at + 1, indent: next.slice(0, Math.max(next.search(/\S/), 0)) }
}

function saysNothing(plain: string): boolean {
  return plain === '' || plain.startsWith('#') || plain.startsWith(';')
}

function parsed(text: string): IniFile {
  const options: { section: string; name: string; value: string[]; from: number; to: number }[] = []
  const headers: { section: string; at: number }[] = []
  let [section, indent, open] = ['', 0, false]
  for (const [at, line] of text.split('\n').entries()) {
    const option = options.at(-1)
    const plain = line.trim()
    if (saysNothing(plain)) continue
    if (open && option !== undefined && line.search(/\S/) > indent) {
      option.value.push(plain)
      option.to = at + 1
      continue
    }
    indent = line.search(/\S/)
    const header = /^\[(.+)\]/.exec(plain)?.[1]
    const separator = plain.search(/[=:]/)
    open = header === undefined && separator > 0
    if (header !== undefined) {
      section = header
      headers.push({ section, at })
    } else if (open) {
      const [name, value] = [plain.slice(0, separator).trim().toLowerCase(), plain.slice(separator + 1).trim()]
      options.push({ section, name, value: value === '' ? [] : [value], from: at, to: at + 1 })
    }
  }
  return { options, headers }
}
