import { Failure } from '../../core/failure.ts'
import { formatFailure } from '../../core/failure-text.ts'
import { hint, placeWords } from '../../core/hint.ts'
import { type Conversation, find, isPersonReading } from '../dialect.ts'
import { howToKeep } from '../not-kept.ts'
import { exactly, type Registry, tool, withAbove } from './lookup.ts'

/**
 * Tells a person on the terminal that a registry does not get what is kept there, and how it would, or that nothing is
 * kept there; else nothing.
 */
export function* whyNot(registry: Registry): Conversation<string> {
  if (!(yield* isPersonReading())) return ''
  try {
    return yield* whatIsUnshared(registry)
  } catch {
    return ''
  }
}

function* whatIsUnshared(registry: Registry): Conversation<string> {
  const { index, isSparse } = registry
  const found = yield* find(isSparse ? withAbove(registry, false) : { ...exactly(registry), sharedOnly: false })
  if (found === undefined) return yield* howToKeep({ endpoint: registry.at, kind: 'bearer' })
  if (found.credential.owner === tool) return ''
  const { endpoint, account } = found.credential
  const words = placeWords(endpoint, account === '' ? undefined : account)
  const hints = isSparse
    ? [
        hint`if you trust ${index}: name it in your own config.toml of cargo`,
        hint`to let every registry there have it: credbridge share --with cargo ${words}`,
      ]
    : [hint`credbridge share --with cargo ${words}`]
  return formatFailure(new Failure('refused', `cargo may not use the credential for ${endpoint.key} yet`, { hints }))
}
