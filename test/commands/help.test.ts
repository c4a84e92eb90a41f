import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { examplesOf, helpGroups } from '../../src/commands/command-help.ts'
import { manualPage } from '../../src/commands/manual.ts'
import { offeredCommands } from '../../src/commands/other-words.ts'
import { buildProgram } from '../../src/commands/program.ts'
import { thisCliContext } from '../../src/edge/terminal/cli-context.ts'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { onTerminal } from '../real/typing.ts'
import { start } from './vault-world.ts'

/* What `--help` and the manual show. */

const program = await buildProgram(await thisCliContext())

function all(command: Command): readonly Command[] {
  return offeredCommands(command).flatMap((one) => [one, ...all(one)])
}

test('every command stands under a heading that says what a person wants', () => {
  for (const command of offeredCommands(program))
    expect(
      helpGroups.map((group) => `${group}:`),
      command.name(),
    ).toContain(command.helpGroup())
})

test('every command has one to three examples, and credbridge knows the command and the options in them', () => {
  for (const command of all(program)) {
    const examples = examplesOf(command)
    expect([command.name(), examples.length > 0 && examples.length <= 3]).toEqual([command.name(), true])
    for (const example of examples) {
      expect(example).toContain(`credbridge ${pathOf(command)}`)
      const [, words = ''] = /credbridge ([^|>)]*)/.exec(example) ?? []
      const [own = ''] = words.split(' -- ')
      for (const option of own.match(/(?<= )-{1,2}[a-z-]+/g) ?? [])
        expect([example, option, command.options.flatMap(({ long, short }) => [long, short])]).toEqual([
          example,
          option,
          expect.arrayContaining([option]),
        ])
    }
  }
})

function pathOf(command: Command): string {
  const { parent } = command
  const isGroup = offeredCommands(command).length > 0
  return parent === null || parent.parent === null || isGroup ? command.name() : `${pathOf(parent)} ${command.name()}`
}

needs('the build (npm run build)', built)('built', () => {
  needsPrograms('python3')('on a terminal', () => {
    const screen = async (columns: number, ...words: readonly string[]) => {
      const more = { TYPIST_COLUMNS: `${columns}` }
      const { stdout } = await (await start()).run('python3', onTerminal([], 'credbridge', ...words), { more })
      return stdout.replaceAll('\r\n', '\n')
    }

    test.each([80, 50])('%i columns: the headings in their order, and no line is cut', async (columns) => {
      const text = await screen(columns, '--help')
      expect(text.match(/^[A-Z].*:$/gm)).toEqual(['Options:', ...helpGroups.map((group) => `${group}:`), 'Examples:'])
      for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(columns)
    })

    test('a command, 50 columns', async () => {
      expect(await screen(50, 'restore', '--help')).toBe(`Usage: credbridge restore [options] [endpoint] [account]

restore a credential that a server refused, or
that set or remove took away, within the last day

Options:
  --service   the endpoint is a plain service
              name, as Python programs use them
  --replace   replace a newer sign-in
  -h, --help  display help for command

Example:
  $ credbridge restore https://git.example.com
`)
    })
  })
})

needsPrograms('groff')('the manual', () => {
  test('is roff without a fault, and has the groups, the commands and their examples', async () => {
    const options = { env: process.env, input: manualPage(program, '1.2.3') }
    const { stdout, stderr, exitCode } = await run('groff', ['-man', '-Tutf8', '-ww', '-P-cbou'], options)
    expect([exitCode, stderr]).toEqual([0, ''])
    for (const group of helpGroups) expect(stdout).toMatch(new RegExp(`^ +${group}$`, 'm'))
    expect(stdout).toMatch(/^ +vault add-slot \[options\] <type>$/m)
    expect(stdout).toContain('$ credbridge get git.example.com alice --copy\n')
  })
})
