import { Failure } from '../../core/failure.ts'
import { hint, linesSaidBy, saidBy } from '../../core/hint.ts'
import { throwAwayWord } from '../throw-away.ts'
import type { Machine } from '../tool.ts'
import { ask } from './ask.ts'
import { command } from './names.ts'

/**
 * cargo's only command that calls a provider without asking the registry first is `logout`. So our command stores a
 * throw-away token, and the real cargo, as it is configured, must have it removed.
 */
export async function proveCargo(machine: Machine, ours: string): Promise<string> {
  const cargo = machine.program('cargo') ?? ''
  const [name, token] = [`credbridge-try-${throwAwayWord()}`, throwAwayWord()]
  const index = `sparse+https://${name}.example.com/`
  const registry = { 'index-url': index, name }
  const stored = await ask(machine, ours, { registry, kind: 'login', token })
  const before = await ask(machine, ours, { registry, kind: 'get', operation: 'read' })
  const ran = await machine.run(cargo, [
    'logout',
    '--registry',
    name,
    '--config',
    `registries.${name}.index=${JSON.stringify(index)}`,
  ])
  const after = await ask(machine, ours, { registry, kind: 'get', operation: 'read' })
  if (before.includes(JSON.stringify(token)) && after.includes('"not-found"')) {
    return 'cargo logout removed a throw-away token that credbridge had kept'
  }
  await ask(machine, ours, { registry, kind: 'logout' })
  throw new Failure('internal', 'cargo did not remove the token that credbridge had stored', {
    hints: [
      ...(stored.startsWith('{"Ok"') ? [] : [saidBy(command, stored)]),
      ...(ran.exitCode === 0 ? [] : linesSaidBy('cargo', ran.stderr)),
      hint`credbridge doctor`,
    ],
  })
}
