import type { Credential, Kind } from '../../core/credential.ts'
import { endpointOfHost } from '../bare-host.ts'
import { reply } from '../dialect.ts'
import { type Intent, type OneShot, oneShot } from '../one-shot.ts'
import { printToken, readToken } from './message.ts'
import { command, tool } from './names.ts'

const kinds: readonly Kind[] = ['bearer']

/** Registries take an access token as a password too, so a password that others saved for the host may be a token. */
const borrowedKinds: readonly Kind[] = ['basic']

const usage = `Usage: ${command} <get|store|forget> <host>\n`

/**
 * `terraform-credentials-credbridge <get|store|forget> <host>`. The answer for an unknown host is an empty object. The
 * client shows standard error if the exit code is not 0.
 */
const protocol: OneShot = {
  tool,
  absent: reply('{}\n'),
  done: reply(''),
  ambiguous: 'broken',
  broken: (_failure, text) => ({ stdout: '', stderr: text, exitCode: 1 }),

  reading: ({ words: [verb] }) => (verb === 'store' ? { atMost: 1024 * 1024 } : undefined),

  read({ words: [verb, host, ...more] }, input): Intent {
    if (verb === undefined || host === undefined || more.length > 0) return misused(usage)
    switch (verb) {
      case 'get': {
        const endpoint = endpointOfHost(host)
        const lookup = { tool, kinds, borrowedKinds, endpoints: [endpoint] }
        const wanted = { endpoint, kind: 'bearer', isHidden: true } as const
        return { do: 'find', lookup, wanted, found: ({ credential }) => reply(printToken(credential)) }
      }
      case 'store': {
        const secret = readToken(input.text())
        const credential: Credential = {
          endpoint: endpointOfHost(host),
          account: '',
          owner: tool,
          kind: 'bearer',
          secret,
        }
        return { do: 'save', credential, saving: { oneAccount: true } }
      }
      case 'forget':
        return { do: 'remove', removal: { tool, kinds, borrowedKinds, endpoint: endpointOfHost(host) } }
      default:
        return misused(`${command}: unknown verb\n${usage}`)
    }
  },
}

export const terraform = oneShot(protocol)

function misused(stderr: string): Intent {
  return { do: 'reply', reply: { stdout: '', stderr, exitCode: 1 } }
}
