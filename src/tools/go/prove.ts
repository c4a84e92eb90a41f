import { parseAddress } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint, linesSaidBy } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'
import { throwAwayWord } from '../throw-away.ts'
import type { Machine, WhileKept } from '../tool.ts'
import { goSettings } from './client.ts'
import { entriesOf, isOurs, wordsOf } from './entries.ts'
import { tool } from './names.ts'

/** Starts the command that go would start, as go does after a refusal, while a throw-away sign-in is kept. */
export async function proveGo(machine: Machine, whileKept: WhileKept): Promise<string> {
  const { inUse } = await goSettings(machine)
  const [name, ...words] = wordsOf(entriesOf(inUse).find(isOurs) ?? '')
  if (name === undefined) {
    throw new Failure('refused', 'GOAUTH in the environment does not name credbridge', {
      hints: [hint`unset GOAUTH`],
    })
  }
  const program = machine.program(name) ?? name
  const [origin, secret] = [`https://try-${throwAwayWord()}.example.com`, throwAwayWord()]
  const ask = () =>
    machine.run(program, [...words, `${origin}/module/@v/list`], { input: 'HTTP/1.1 401 Unauthorized\n\n' })
  const credential = { endpoint: parseAddress(origin), account: 'try-out', owner: tool, secret: new Secret(secret) }
  const found = await whileKept({ ...credential, kind: 'basic' }, ask)
  const gone = await ask()
  const basic = Buffer.from(`try-out:${secret}`).toString('base64')
  if (found.stdout === `${origin}\n\nAuthorization: Basic ${basic}\n\n` && gone.exitCode === 0 && gone.stdout === '') {
    return 'the command that go starts found a throw-away sign-in while it was kept, and none afterwards'
  }
  throw new Failure('internal', 'the command that go starts did not find a throw-away sign-in', {
    hints: [...linesSaidBy('it', found.stderr), hint`credbridge doctor`],
  })
}
