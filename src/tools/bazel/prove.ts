import { parseAddress } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint, saidBy } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'
import { installedCommand } from '../installed.ts'
import { throwAwayWord } from '../throw-away.ts'
import type { Machine, WhileKept } from '../tool.ts'
import { command, tool } from './names.ts'

/** Asks the program as Bazel does, while a throw-away credential is kept. */
export async function proveBazel(machine: Machine, whileKept: WhileKept): Promise<string> {
  const [origin, secret] = [`https://try-${throwAwayWord()}.example.com`, throwAwayWord()]
  const input = JSON.stringify({ uri: `${origin}/archive.tar.gz` })
  const ask = () => machine.run(installedCommand(machine, command), ['get'], { input })
  const place = { endpoint: parseAddress(origin), account: '', owner: tool }
  const found = await whileKept({ ...place, kind: 'bearer', secret: new Secret(secret) }, ask)
  const gone = await ask()
  const expected = `{"headers":{"Authorization":["Bearer ${secret}"]}}\n`
  if (found.stdout === expected && gone.stdout === '{}\n') {
    return 'the program that Bazel starts found a throw-away credential while it was kept, and none afterwards'
  }
  const said = found.stderr.split('\n').filter((line) => line !== '')
  throw new Failure('internal', 'the program that Bazel starts did not find a throw-away credential', {
    hints: [...said.slice(0, 5).map((line) => saidBy('it', line)), hint`credbridge doctor`],
  })
}
