import type { Command } from 'commander'
import { examplesOf, helpGroups } from './command-help.ts'
import { offeredCommands } from './other-words.ts'

/** The manual page credbridge(1) in roff: how credbridge is used, then each command, from the commands themselves. */
export function manualPage(program: Command, version: string): string {
  return [
    `.TH CREDBRIDGE 1 "" "credbridge ${version}" "User Commands"`,
    '.SH NAME',
    `credbridge \\- ${escaped(program.description())}`,
    '.SH SYNOPSIS',
    '.B credbridge',
    'command [options]',
    '.br',
    '.B credbridge help',
    '[command]',
    '.SH DESCRIPTION',
    ...paragraphs(
      'credbridge answers git, docker, pip, npm and other tools when they ask for a credential, and keeps the secret in the keychain of the system, once for each endpoint. You sign in with one tool, and the others find the same credential.',
      'An endpoint is the address that wants the credential. Where a command wants one, git.example.com means https://git.example.com. An account is the user name there; it follows as a second word or after #. Without an endpoint, on a terminal, most commands let you pick one.',
    ),
    '.SH GETTING STARTED',
    ...started.flatMap(([text, example]) => ['.PP', escaped(text), ...shown([example])]),
    '.SH COMMANDS',
    ...helpGroups.flatMap((group) => groupSection(program, group)),
    '.SH WHERE SECRETS LIE',
    ...paragraphs(
      'In the store that setup or the first sign-in settled: the keychain of the system, or, where there is provably none, an encrypted folder, the vault. The store changes only by your command. credbridge doctor says what each store protects against.',
    ),
    '.SH EXIT STATUS',
    ...item('0', 'done'),
    ...item('1', 'nothing was found, or you said no'),
    ...item('2', 'a failure, or a usage error'),
    ...item('130', 'Ctrl-C at a question; nothing was changed'),
    '.SH ENVIRONMENT',
    ...item('CREDBRIDGE_STORE', 'the store to use; takes precedence over the settings file and the settled store'),
    ...item('CREDBRIDGE_PROMPT', '"never": open no dialog to unlock a store'),
    ...item('CREDBRIDGE_DEBUG', '1: print where a failure happened on standard error, without values'),
    ...item('CREDBRIDGE_MINTING', 'set for a command that prints a secret: below it no such command runs'),
    ...item('CREDBRIDGE_TRACE', '1: write a trace on standard error; an absolute path: append it to that file'),
    ...item('NO_COLOR', 'no colours'),
    '.SH FILES',
    ...item('$XDG_CONFIG_HOME/credbridge/config.toml', 'the settings, written by you'),
    ...item('$XDG_STATE_HOME/credbridge/store', 'the store that was settled'),
    ...item('$XDG_STATE_HOME/credbridge/approved-commands.json', 'the commands that you approved, as hashes'),
    '.SH SEE ALSO',
    '.BR gitcredentials (7),',
    '.BR secret\\-tool (1)',
    '',
  ].join('\n')
}

const started: readonly (readonly [text: string, example: string])[] = [
  ['Make the installed tools ask credbridge. It shows what it would change, and asks first:', 'credbridge setup'],
  ['Move the secrets that lie readable in their files:', 'credbridge import'],
  ['See what is kept, and never a secret:', 'credbridge list'],
  ['Keep a secret that you have:', 'credbridge set https://api.example.com alice'],
  ['Find out why a tool gets nothing:', 'credbridge explain https://git.example.com'],
  ['See what is wrong, with the command that mends it:', 'credbridge doctor'],
]

function groupSection(program: Command, group: string): string[] {
  const commands = offeredCommands(program).filter((command) => command.helpGroup() === `${group}:`)
  return [`.SS ${group}`, ...commands.flatMap((command) => section(command, command.name()))]
}

function section(command: Command, path: string): string[] {
  const options = command.options.flatMap(({ flags, description }) => item(flags, description))
  const examples = shown(examplesOf(command))
  const details = [...options, ...examples]
  const shifted = details.length === 0 ? [] : ['.RS', ...details, '.RE']
  const below = offeredCommands(command).flatMap((sub) => section(sub, `${path} ${sub.name()}`))
  return [...item(`${path} ${command.usage()}`, command.description()), ...shifted, ...below]
}

function shown(examples: readonly string[]): string[] {
  return examples.length === 0 ? [] : ['.PP', '.EX', ...examples.map((example) => escaped(`$ ${example}`)), '.EE']
}

function paragraphs(...texts: readonly string[]): string[] {
  return texts.flatMap((text) => ['.PP', escaped(text)])
}

function item(term: string, text: string): string[] {
  return ['.TP', `.B ${escaped(term)}`, escaped(text)]
}

function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(
      /[^ -~]/gu,
      (character) => `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
    .replace(/^[.']/, '\\&$&')
}
