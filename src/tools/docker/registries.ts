import { type Address, hostAndPort } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { endpointOf, serverOf } from './address.ts'

/** The registries that a person named, without duplicates; `undefined` if none. A part of a registry is `malformed`. */
export function registriesIn(words: unknown): readonly Address[] | undefined {
  if (!Array.isArray(words)) return undefined
  const all = (words as readonly string[]).map(endpointOf)
  const part = all.find(({ path }) => path !== '')
  if (part !== undefined) {
    throw new Failure('malformed', `${part.key} is a part of a registry, but clients ask helpers only for whole ones`, {
      hints: [hint`for all of it: --registry ${hostAndPort(part)}`],
    })
  }
  return [...new Map(all.map((at) => [configKeyOf(at), at])).values()]
}

/** The key under which docker looks up a registry's helper: the host for any scheme, Docker Hub's whole address. */
export function configKeyOf(at: Address): string {
  return at.scheme === 'https' ? serverOf(at) : hostAndPort(at)
}
