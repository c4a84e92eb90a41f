import type { Endpoint } from './endpoint.ts'

/*
 * Hints are commands that people paste into a shell, and the names in them come from requests: what a stranger put into
 * a URL must stay a word.
 */

/** A word as a POSIX shell reads it back. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** An endpoint as our commands take it. */
export function endpointWords({ form, key }: Endpoint): string {
  return form === 'service' ? `--service ${shellWord(key)}` : shellWord(key)
}

/** A command to paste: whatever is put into it is one word to the shell, or as many words as the list has. */
export function command(text: TemplateStringsArray, ...words: readonly (string | readonly string[])[]): string {
  return text.map((part, at) => part + [words[at] ?? []].flat().map(shellWord).join(' ')).join('')
}
