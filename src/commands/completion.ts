import { Argument, type Command } from 'commander'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { offeredCommands } from './other-words.ts'

const shells = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof shells)[number]

export function completionCommand(program: Command, context: CliContext): void {
  program
    .command('completion')
    .description('print a completion script for a shell: source <(credbridge completion bash)')
    .addArgument(new Argument('<shell>').choices(shells))
    .action((shell: Shell) => context.terminal.out(scripts[shell](wordsAfter(program))))
}

/** For each command, the words that may follow: subcommands, choices of arguments, options. */
type Words = ReadonlyMap<string, readonly string[]>

function wordsAfter(program: Command, above = ''): Words {
  const names = offeredCommands(program).map((command) => command.name())
  const options = program.options.map(({ long, short }) => long ?? short ?? '')
  const choices = program.registeredArguments.flatMap(({ argChoices }) => argChoices ?? [])
  const own: [string, readonly string[]] = [above, [...names, ...choices, ...options, '--help']]
  const below = offeredCommands(program).flatMap((command) => [
    ...wordsAfter(command, `${above} ${command.name()}`.trim()),
  ])
  return new Map([own, ...below])
}

const scripts: Readonly<Record<Shell, (words: Words) => string>> = {
  bash: (words) => `_credbridge() {
  local line="\${COMP_WORDS[*]:1:COMP_CWORD-1}" words=
  case "$line" in
${cases(words, (path, next) => `    '${path}'*) words='${next.join(' ')}' ;;`)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _credbridge credbridge
`,
  zsh: (words) => `#compdef credbridge
_credbridge() {
  local line="\${(j: :)words[2,CURRENT-1]}"
  case "$line" in
${cases(words, (path, next) => `    '${path}'*) compadd -- ${next.join(' ')} ;;`)}
  esac
}
compdef _credbridge credbridge
`,
  fish: (words) =>
    [...words]
      .map(([path, next]) => `complete -c credbridge -n '${whereFish(path, words)}' -f -a '${next.join(' ')}'\n`)
      .join(''),
}

/** The condition for fish: all words of the path were typed, and no subcommand of it. */
function whereFish(path: string, words: Words): string {
  if (path === '') return '__fish_use_subcommand'
  const further = [...words.keys()]
    .filter((other) => other.startsWith(`${path} `))
    .map((other) => other.split(' ').at(-1))
  const typed = path.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`)
  const not = further.length === 0 ? [] : [`not __fish_seen_subcommand_from ${further.join(' ')}`]
  return [...typed, ...not].join('; and ')
}

/** Longest path first, because the shell takes the first pattern that matches. */
function cases(words: Words, line: (path: string, next: readonly string[]) => string): string {
  return [...words]
    .sort(([a], [b]) => b.length - a.length)
    .map(([path, next]) => line(path, next))
    .join('\n')
}
