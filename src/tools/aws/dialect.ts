import { printCloudKeys } from '../../core/cloud-keys.ts'
import type { Kind } from '../../core/credential.ts'
import { parseAddress } from '../../core/endpoint.ts'
import { formatFailure } from '../../core/failure-text.ts'
import { hint, placeWords } from '../../core/hint.ts'
import { type Dialect, find, type Reply, reply } from '../dialect.ts'
import { cloud, command, tool } from './names.ts'

export const kinds: readonly Kind[] = ['cloud-keys']

/**
 * AWS's `credential_process`, version 1:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html. The arguments are the account and
 * the endpoint: `credbridge-aws dev`. The protocol cannot express absence: any exit code but 0 is an error, and the
 * client shows the text on standard error.
 */
export const aws: Dialect = {
  tool,
  broken: (_failure, text) => failed(text),

  *converse({ words: [account, address, ...more] }) {
    if (more.length > 0 || account?.startsWith('-') === true) {
      return failed(`Usage: ${command} [account] [endpoint]\n`)
    }
    const endpoint = address === undefined ? cloud : parseAddress(address)
    const named = account === undefined ? {} : { account }
    const answer = yield* find({ tool, kinds, endpoints: [endpoint], ...named })
    if (answer !== undefined) return reply(`${printCloudKeys(answer.credential)}\n`)
    const whose = account === undefined || account === '' ? '' : ` for ${account}`
    return failed(
      formatFailure({
        message: `there are no cloud keys${whose} at ${endpoint.key}, or they have expired`,
        hints: [hint`credbridge set --kind cloud-keys ${placeWords(endpoint, account)}`],
      }),
    )
  },
}

function failed(stderr: string): Reply {
  return { stdout: '', stderr, exitCode: 1 }
}
