/*
 * Hints are made in the words of POSIX (hint.ts). On Windows they are printed in words that PowerShell and cmd both
 * understand; where there are none, in PowerShell's, with those of cmd in parentheses.
 */

/** The hints and fixes among these lines in the words of Windows' shells. Any other line stays as it is. */
export function hintsInWindowsWords(text: string): string {
  return text.replace(/^( *(?:hint|fix): )(.*)$/gm, (_, mark: string, said: string) => mark + hintOnWindows(said))
}

function hintOnWindows(said: string): string {
  // As in commandIn: without a quote before the colon it cannot be within a word that a stranger chose.
  const [before = ''] = /^[\w ,.()-]+: /.exec(said) ?? []
  for (const start of ['', before]) {
    const steps = said.slice(start.length).split(' && ').map(commandOnWindows)
    if (steps.every((step) => step !== undefined)) return start + steps.join('; ')
  }
  return said
}

/** The same command; `undefined` for what is no command, or none that Windows could run. */
function commandOnWindows(command: string): string | undefined {
  const path = /^export PATH=(.+):"\$PATH"$|^export PATH="\$HOME\/(.+):\$PATH"$/.exec(command)
  if (path !== null) {
    const folder = path[1] === undefined ? `$HOME\\${path[2]?.replaceAll('/', '\\')}` : wordsIn(path[1])?.[0]
    return folder && `$env:PATH = "${folder};$env:PATH"`
  }
  const [, printed, printer] = /^export (\w+)="\$\((credbridge [\w -]+)\)"$/.exec(command) ?? []
  if (printer !== undefined) return `$env:${printed} = ${printer}`
  if (command === 'mkdir -p ~/.local/bin') return 'mkdir -Force "$HOME\\.local\\bin"'
  const words = wordsIn(command)
  const [program = '', ...rest] = words ?? []
  return words && commands[program]?.(rest)
}

const commands: Readonly<Record<string, (words: readonly string[]) => string | undefined>> = {
  credbridge: (words) => joined('credbridge', words),
  git: (words) => joined('git', words),
  rm: (words) => (words[0] === '-r' ? removed(words.slice(1)) : joined('del', words)),
  mv: (words) => joined('move', words),
  ls: ([, ...paths]) => joined('icacls', paths),
  chmod: ([, ...paths]) => joined('icacls', paths),
  unset: (names) =>
    `Remove-Item ${names.map((name) => `Env:${name}`).join(', ')} (in cmd: ${names.map((name) => `set ${name}=`).join(' & ')})`,
  export(settings) {
    const pairs = settings.map((setting) => /^(\w+)=(.*)$/s.exec(setting) ?? [])
    if (pairs.some(([, name]) => name === undefined)) return undefined
    const inShell = pairs.map(([, name, value = '']) => `$env:${name} = ${inPowerShell(value)}`)
    return `${inShell.join('; ')} (in cmd: ${pairs.map(([setting]) => `set "${setting}"`).join(' & ')})`
  },
}

function joined(program: string, words: readonly string[]): string {
  return [program, ...words.map(wordOnWindows)].join(' ')
}

function removed(words: readonly string[]): string {
  return `${joined('Remove-Item -Recurse', words)} (in cmd: ${joined('rmdir /s', words)})`
}

/** The words of a command as a POSIX shell reads them; `undefined` for what hint.ts does not write. */
function wordsIn(command: string): readonly string[] | undefined {
  const words: string[] = []
  for (let rest = command; rest !== ''; ) {
    const [word] = /^(?:'[^']*'|"'+"|(?:\\\\)+|[^\s'"\\$`;&|<>()*?#!]+)+(?= |$)/.exec(rest) ?? []
    // A word that the person must still choose.
    const [choice] = /^<[^<>' ]+>(?= |$)/.exec(rest) ?? []
    if (word === undefined && choice === undefined) return undefined
    words.push(choice ?? (word ?? '').replace(/'([^']*)'|"('+)"|\\(\\)/g, '$1$2$3'))
    rest = rest.slice((choice ?? word ?? '').length + 1)
  }
  return words
}

/** One word to both shells and to the program; to PowerShell only if cmd has no way to write it. */
function wordOnWindows(word: string): string {
  if (/^[\w./:\\+=-]+$/.test(word) || /^<[^<>' ]+>$/.test(word)) return word
  if (!/["$`%!^\u2018-\u201f]/.test(word)) return `"${word.replace(/\\+$/, '$&$&')}"`
  return inPowerShell(word)
}

/** PowerShell takes curly quotation marks for straight ones. */
function inPowerShell(text: string): string {
  return `'${text.replace(/['\u2018-\u201b]/g, '$&$&')}'`
}
