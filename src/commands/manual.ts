import type { Command } from 'commander'

/** The manual page credbridge(1) in roff, generated from the commands. */
export function manualPage(program: Command, version: string): string {
  return [
    `.TH CREDBRIDGE 1 "" "credbridge ${version}" "User Commands"`,
    '.SH NAME',
    `credbridge \\- ${escaped(program.description())}`,
    '.SH SYNOPSIS',
    '.B credbridge',
    'command [options]',
    '.SH COMMANDS',
    ...program.commands.flatMap((command) => section(command, command.name())),
    '.SH EXIT STATUS',
    ...item('0', 'done'),
    ...item('1', 'nothing was found'),
    ...item('2', 'a failure, or a usage error'),
    ...item('130', 'interrupted by Ctrl-C'),
    '.SH ENVIRONMENT',
    ...item('CREDBRIDGE_STORE', 'the store to use; takes precedence over the settings file and the settled store'),
    ...item('CREDBRIDGE_PROMPT', '"never": open no dialog to unlock a store'),
    ...item('CREDBRIDGE_DEBUG', '1: print where a failure happened on standard error, without values'),
    ...item('NO_COLOR', 'no colours'),
    '.SH FILES',
    ...item('$XDG_CONFIG_HOME/credbridge/config.toml', 'the settings, written by you'),
    ...item('$XDG_STATE_HOME/credbridge/store', 'the store that was settled'),
    '',
  ].join('\n')
}

function section(command: Command, path: string): string[] {
  const options = command.options.flatMap(({ flags, description }) => item(flags, description))
  const shifted = options.length === 0 ? [] : ['.RS', ...options, '.RE']
  const below = command.commands.flatMap((sub) => section(sub, `${path} ${sub.name()}`))
  return [...item(`${path} ${command.usage()}`, command.description()), ...shifted, ...below]
}

function item(term: string, text: string): string[] {
  return ['.TP', `.B ${escaped(term)}`, escaped(text)]
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^[.']/, '\\&$&')
}
