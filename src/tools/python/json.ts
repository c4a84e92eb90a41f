/** JSON as Python's `json.dumps` writes it: a space after `:` and `,`, only ASCII. */
export function pythonJson(members: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(members).map(([name, value]) => `${asciiJson(name)}: ${asciiJson(value)}`)
  return `{${pairs.join(', ')}}`
}

/** JSON in ASCII, which is the same in every encoding of the reader's standard streams. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
