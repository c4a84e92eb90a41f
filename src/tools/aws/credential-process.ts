import { type Address, parseAddress } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint, shellWord } from '../../core/hint.ts'
import { installedCommand } from '../installed.ts'
import type { Machine } from '../tool.ts'
import { cloud, command } from './names.ts'

export const processOption = 'credential_process'

/** What our `credential_process` of a profile asks for. */
export interface Asked {
  readonly endpoint: Address
  readonly account: string
}

/** This command, of any installation, with the account and the endpoint. */
const ourCommand = /(?:^|[/\\])credbridge-aws(?:\.exe|\.cmd|\.cjs)?["']*(?:\s+(\S+)(?:\s+(\S+))?)?\s*$/

/**
 * The value of `credential_process` that runs our command. botocore splits it like a shell, other SDKs pass it to a
 * shell. So a name that would have to be quoted is refused.
 */
export function processFor(machine: Machine, { endpoint, account }: Asked): string {
  if (!/^[A-Za-z0-9._][A-Za-z0-9._-]*$/.test(account)) {
    throw new Failure('unsupported', 'the name of this profile cannot stand in a credential_process', {
      hints: [hint`name a profile of letters, digits, dots and dashes: credbridge setup aws --profile <name>`],
    })
  }
  return [programWord(machine), account, ...(endpoint.key === cloud.key ? [] : [endpoint.key])].join(' ')
}

/** What the value asks for; an absent account is the profile. `undefined` if it does not name this command. */
export function askedBy(value: string, profile: string): Asked | undefined {
  const match = ourCommand.exec(value)
  if (match === null) return undefined
  const [, account = profile, address] = match
  try {
    return { account, endpoint: address === undefined ? cloud : parseAddress(address) }
  } catch {
    return { account, endpoint: cloud }
  }
}

/** Whether the value starts the command of this installation. */
export function startsThisProgram(machine: Machine, value: string): boolean {
  const word = programWord(machine)
  return value === word || value.startsWith(`${word} `)
}

function programWord(machine: Machine): string {
  const program = installedCommand(machine, command)
  return machine.platform === 'win32' ? `"${program}"` : shellWord(program)
}
