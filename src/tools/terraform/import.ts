import { Failure } from '../../core/failure.ts'
import { isPrintableWord } from '../../core/printable-word.ts'
import { Secret } from '../../core/secret.ts'
import { endpointIn } from '../bare-host.ts'
import { valueAt, withoutValue, withValue } from '../json-text.ts'
import type { Machine, PlainSecret, PlainSecrets } from '../tool.ts'
import { type PlainToken, pathOf, tokenAt, tokensIn } from './credentials-file.ts'
import { tool } from './names.ts'

/** The tokens that `terraform login` and `tofu login` wrote into credentials.tfrc.json. */
export const terraformPlainSecrets: PlainSecrets = {
  async find(machine) {
    const found = tokensIn(machine).map((entry) => secretOf(machine, entry))
    return {
      secrets: found.filter((one) => typeof one !== 'string'),
      remarks: found.filter((one) => typeof one === 'string'),
    }
  },

  putBack({ files }, { file = '', host = '' }, { secret }) {
    const text = files.read(file) ?? ''
    const before = text.trim() === '' ? '{}\n' : text
    const entry = valueAt(before, pathOf(host))
    if (entry !== undefined && tokenAt(before, host) !== secret.expose()) {
      throw new Failure('refused', `${file} has another token for ${host} now`)
    }
    if (entry === undefined) files.write(file, withValue(before, pathOf(host), { token: secret.expose() }))
  },
}

/** A text: why the entry stays. */
function secretOf(machine: Machine, { file, host, token }: PlainToken): PlainSecret | string {
  const where = `${file}, ${host}`
  if (token === undefined) return `${where}: left, it has something else than a token`
  const endpoint = endpointIn(host)
  if (endpoint === undefined) return `${where}: left, that is not a host`
  if (!isPrintableWord(token)) return `${where}: left, the token has a character that no header can carry`
  return {
    where,
    credential: { endpoint, account: '', owner: tool, kind: 'bearer', secret: new Secret(token) },
    saving: { oneAccount: true },
    takeOut: () => takeOut(machine, file, host, token),
    trace: { file, host },
  }
}

function takeOut({ files }: Machine, file: string, host: string, token: string): void {
  const text = files.read(file) ?? ''
  if (tokenAt(text, host) !== token) {
    throw new Failure('refused', `${file} has changed meanwhile: the token is kept, and still stands there, too`)
  }
  files.write(file, withoutValue(text, pathOf(host)))
}
