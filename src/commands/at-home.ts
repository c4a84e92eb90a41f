import { sep } from 'node:path'

/** The text for a person, with `~` for the home folder where a word begins with it. */
export function atHome(text: string, home: string): string {
  const short = (word: string) => (word.startsWith(home + sep) ? `~${word.slice(home.length)}` : word)
  return home.length < 2 ? text : text.split(' ').map(short).join(' ')
}
