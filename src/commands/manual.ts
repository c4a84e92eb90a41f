import type { Command } from 'commander'

/** The manual page credbridge(1), in roff, from the commands themselves. */
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
    ...item('1', 'nothing is there'),
    ...item('2', 'something is broken, or the words were not understood'),
    '.SH ENVIRONMENT',
    ...item('CREDBRIDGE_STORE', 'the store to use, before the settings file and what was settled'),
    ...item('CREDBRIDGE_PROMPT', '"never": no dialog is opened to unlock anything'),
    ...item('CREDBRIDGE_DEBUG', '1: where something broke, on standard error, without values'),
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
