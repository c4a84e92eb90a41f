import type { Endpoint } from './endpoint.ts'

/*
 * People paste hints into a shell, and names in hints may come from requests. A name that a stranger chose must stay
 * one shell word.
 */

/** Quotes a word for a POSIX shell. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** An endpoint as arguments of credbridge's commands. */
export function endpointWords({ form, key }: Endpoint): string {
  return form === 'service' ? `--service ${shellWord(key)}` : shellWord(key)
}

/** A command to paste. Each inserted string is quoted as one shell word, each list as that many words. */
export function command(text: TemplateStringsArray, ...words: readonly (string | readonly string[])[]): string {
  return text.map((part, at) => part + [words[at] ?? []].flat().map(shellWord).join(' ')).join('')
}
