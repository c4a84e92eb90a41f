import type { PlainSecrets } from '../tool.ts'
import { keyringsAlt } from './plain/keyrings-alt.ts'
import { pypirc } from './plain/pypirc.ts'
import type { Source } from './plain/source.ts'
import { urls } from './plain/urls.ts'
import { uvCredentials, whileUvWaits } from './plain/uv-credentials.ts'

const sources: readonly Source[] = [pypirc, urls, keyringsAlt, uvCredentials]

/** The plain secrets of Python's tools, as the items that Python's keyring would have. */
export const pythonPlainSecrets: PlainSecrets = {
  async find(machine) {
    const found = await Promise.all(sources.map((source) => source.find(machine)))
    return { secrets: found.flatMap(({ secrets }) => secrets), remarks: found.flatMap(({ remarks }) => remarks) }
  },

  guarded: whileUvWaits,

  putBack(machine, trace, credential) {
    return sources.find(({ name }) => name === trace['source'])?.putBack(machine, trace, credential)
  },
}
