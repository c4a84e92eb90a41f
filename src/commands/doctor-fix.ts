import { stepsOf, wordsOfCommand } from '../core/hint.ts'
import { credbridgeItself } from '../edge/installation/itself.ts'
import { attend, endAs } from '../edge/launch/start.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { childEnvironment } from '../system/child-environment.ts'
import { sayLine } from './arguments.ts'
import type { Result } from './doctor-line-text.ts'

/** The commands that need nothing more from a person, and whose effect another command takes back. */
const unattended = ['setup', 'import', 'restore']

/** An import that signs a tool out is the person's own decision. */
function isUnattended(words: readonly string[]): boolean {
  return unattended.includes(words[0] ?? '') && !words.includes('--without-setup')
}

/**
 * Runs the fixes that are such commands of credbridge, after one question, each as if the person had typed it. False if
 * nothing was run. The others are for the person.
 */
export async function fixAll(context: CliContext, results: readonly Result[], yes: boolean): Promise<boolean> {
  const { terminal, machine } = context
  const commands = new Map<string, readonly string[]>()
  for (const { fix } of results) {
    const steps = fix === undefined ? [] : stepsOf(fix).map((step) => ({ step, words: wordsOfCommand(step) ?? [] }))
    if (!steps.every(({ words }) => isUnattended(words))) continue
    for (const { step, words } of steps) commands.set(step, words[0] === 'import' ? [...words, '--yes'] : words)
  }
  if (commands.size === 0) {
    sayLine(terminal, 'there is nothing that credbridge could fix itself')
    return false
  }
  for (const command of commands.keys()) sayLine(terminal, `will run: ${command}`)
  const question = commands.size === 1 ? 'Run this command?' : `Run these ${commands.size} commands?`
  if (!yes && !(await terminal.confirm(question))) {
    sayLine(terminal, 'nothing was changed')
    return false
  }
  const [program, ...first] = credbridgeItself()
  for (const [command, words] of commands) {
    sayLine(terminal, `$ ${command}`)
    const ended = await attend({ program, words: [...first, ...words], env: childEnvironment(machine.env) })
    const exitCode = endAs(ended)
    if (exitCode !== 0) sayLine(terminal, `it ended with exit code ${exitCode}`)
  }
  return true
}
