import { join } from 'node:path'
import { cloudKeys } from '../../core/cloud-keys.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'
import { throwAwayWord } from '../throw-away.ts'
import type { Machine, WhileKept } from '../tool.ts'
import { runAws } from './client.ts'
import { processFor, processOption } from './credential-process.ts'
import { cloud, tool } from './names.ts'

/** Lets the real `aws` find a throw-away key, with a configuration that has only that profile. */
export async function proveAws(machine: Machine, whileKept: WhileKept): Promise<string> {
  const profile = `try-${throwAwayWord()}`
  const end = throwAwayWord().slice(0, 4)
  const asked = { account: profile, endpoint: cloud }
  const file = join(machine.folders.state, `${profile}.ini`)
  const keys = cloudKeys(new Secret(`TRY${end}`), new Secret(throwAwayWord()), undefined)
  // It shows the last four characters of an access key, and where it comes from.
  const env = { AWS_CONFIG_FILE: file, AWS_SHARED_CREDENTIALS_FILE: `${file}.none` }
  const list = () => runAws(machine, ['configure', 'list', '--profile', profile], env)
  try {
    machine.files.write(file, `[profile ${profile}]\n${processOption} = ${processFor(machine, asked)}\n`)
    const { stdout } = await whileKept({ ...asked, owner: tool, ...keys }, list)
    const line = stdout.split('\n').find((one) => one.trimStart().startsWith('access_key')) ?? ''
    if (line.includes(`*${end} `) && line.includes('custom-process')) return 'aws found a throw-away key in credbridge'
  } finally {
    machine.files.remove(file)
  }
  throw new Failure('internal', 'aws did not find the throw-away key in credbridge', {
    hints: [hint`credbridge doctor`],
  })
}
