/*
 * The files of Python's configparser, line by line, so that what is not ours stays as it is: sections in brackets,
 * `name = value` or `name: value`, values that go on in lines that begin with white space, comments behind `#` or `;`.
 */

export interface IniOption {
  readonly section: string
  /** In lower case, as configparser has it. */
  readonly name: string
  /** The lines of the value, without the white space around each. */
  readonly value: readonly string[]
  /** Its first line and the one behind its last, counted from 0. */
  readonly from: number
  readonly to: number
}

export function readIni(text: string): readonly IniOption[] {
  const options: { section: string; name: string; value: string[]; from: number; to: number }[] = []
  let section = ''
  let open = false
  for (const [at, line] of text.split('\n').entries()) {
    const option = options.at(-1)
    const plain = line.trim()
    if (plain === '' || plain.startsWith('#') || plain.startsWith(';')) continue
    if (open && option !== undefined && /^\s/.test(line)) {
      option.value.push(plain)
      option.to = at + 1
      continue
    }
    const header = /^\[([^\]]+)\]/.exec(plain)?.[1]
    const separator = plain.search(/[=:]/)
    open = header === undefined && separator > 0
    if (header !== undefined) section = header
    else if (open) {
      const [name, value] = [plain.slice(0, separator).trim().toLowerCase(), plain.slice(separator + 1).trim()]
      options.push({ section, name, value: value === '' ? [] : [value], from: at, to: at + 1 })
    }
  }
  return options
}

/** The text without an option; without it being there as it was. */
export function withoutOption(text: string, section: string, name: string): string {
  const lines = text.split('\n')
  const option = readIni(text).find((one) => one.section === section && one.name === name)
  if (option === undefined) return text
  return [...lines.slice(0, option.from), ...lines.slice(option.to)].join('\n')
}

/** The text with an option as the first of its section; one that is there already stays as it is. */
export function withOption(text: string, section: string, name: string, value: string): string {
  if (readIni(text).some((one) => one.section === section && one.name === name)) return text
  const lines = text.split('\n')
  const header = lines.findIndex((line) => line.trim().startsWith(`[${section}]`))
  const option = `${name} = ${value}`
  if (header < 0) return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}[${section}]\n${option}\n`
  return [...lines.slice(0, header + 1), option, ...lines.slice(header + 1)].join('\n')
}
