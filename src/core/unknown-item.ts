import { type Item, isUnknown, type Place, type UnknownItem } from './credential.ts'
import { Failure } from './failure.ts'
import { hint } from './hint.ts'
import { isOfLaterVersion, parseRecord, printRecord } from './record.ts'
import { Secret } from './secret.ts'

/** An item of a kind that this version does not know, with this secret and nothing else. */
export function unknownItem({ endpoint, account, owner }: Place, kind: string, secret: Secret): UnknownItem {
  return { endpoint, account, owner, kind, value: new Secret(printRecord({ kind, secret: secret.expose() })) }
}

/** The secret of an item of an unknown kind, if it is where credentials have it. */
export function secretInside({ value }: UnknownItem): Secret | undefined {
  const secret = parseRecord(value.expose())?.['secret']
  return typeof secret === 'string' ? new Secret(secret) : undefined
}

/** Whether a later version wrote the record: it may hold anything, so what it would answer is `unsupported`. */
export function isFromLaterVersion(item: Item): item is UnknownItem {
  return isUnknown(item) && isOfLaterVersion(item.value.expose())
}

export function fromLaterVersion({ endpoint }: Place): Failure {
  return new Failure('unsupported', `the item for ${endpoint.key} was written by a later version of credbridge`, {
    hints: [hint`update credbridge`],
  })
}
