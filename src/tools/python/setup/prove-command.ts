import { Failure } from '../../../core/failure.ts'
import { hint, saidBy } from '../../../core/hint.ts'
import { throwAwayWord } from '../../throw-away.ts'
import type { Machine } from '../../tool.ts'
import { type Caller, keyringsFor, ourCommand } from './keyrings.ts'

/** Saves, finds and removes a throw-away password with the `keyring` that the tool finds. */
export async function proveCommand(machine: Machine, caller: Caller): Promise<string> {
  const [keyring] = keyringsFor(machine, caller)
  if (keyring === undefined) {
    throw new Failure('unavailable', 'there is no keyring command on PATH', {
      hints: [hint`credbridge setup ${caller.name}`],
    })
  }
  const [service, password] = [`https://try-${throwAwayWord()}.example.com/simple/`, throwAwayWord()]
  const ask = (program: string, words: readonly string[], input = '') =>
    machine.run(program, words, { input, limit: 60_000 })
  const set = await ask(keyring, ['set', service, 'try-out'], `${password}\n`)
  const ours = await ask(ourCommand(machine), ['get', service, 'try-out'])
  const found = await ask(keyring, ['--mode=creds', '--output=json', 'get', service])
  const gone = await ask(keyring, ['del', service, 'try-out'])
  const expected = `{"username": "try-out", "password": "${password}"}\n`
  if (set.exitCode === 0 && ours.stdout === `${password}\n` && found.stdout === expected && gone.exitCode === 0) {
    return `${keyring} kept a throw-away password, found it as ${caller.name} asks for it, and forgot it`
  }
  const lines = [set, ours, found, gone].flatMap(({ stderr }) => stderr.split('\n')).filter((line) => line !== '')
  throw new Failure('internal', `${keyring} did not find the password that it had saved in credbridge`, {
    hints: [...new Set(lines)].slice(0, 5).map((line) => saidBy('it', line)),
  })
}
