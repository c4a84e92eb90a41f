import { type Item, isUnknown, type Place, type UnknownItem } from './credential.ts'
import { Failure } from './failure.ts'
import { hint } from './hint.ts'
import { isOfLaterVersion, parseRecord, printRecord } from './record.ts'
import { Secret } from './secret.ts'

/** Makes an item of an unknown kind that has only this secret. */
export function unknownItem({ endpoint, account, owner }: Place, kind: string, secret: Secret): UnknownItem {
  return { endpoint, account, owner, kind, value: new Secret(printRecord({ kind, secret: secret.expose() })) }
}

/** The secret of an unknown item, if its record has one in the usual member. */
export function secretInside({ value }: UnknownItem): Secret | undefined {
  const secret = parseRecord(value.expose())?.['secret']
  return typeof secret === 'string' ? new Secret(secret) : undefined
}

/** Whether a later version wrote the record. It may be the answer to a lookup, which then fails as `unsupported`. */
export function isFromLaterVersion(item: Item): item is UnknownItem {
  return isUnknown(item) && isOfLaterVersion(item.value.expose())
}

export function fromLaterVersion({ endpoint }: Place): Failure {
  return new Failure('unsupported', `the item for ${endpoint.key} was written by a later version of credbridge`, {
    hints: [hint`update credbridge`],
  })
}
