import type { Broker } from '../../core/broker.ts'
import { Failure, isFailure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Lookup } from '../../core/selection.ts'
import { notShared as needsSharing } from '../../tools/not-kept.ts'

/** The credentials that these lookups would find if they were shared with the tool; what cannot be read is left out. */
export async function notShared(lookups: readonly Lookup[], broker: Broker | undefined): Promise<readonly Failure[]> {
  const found: Failure[] = []
  for (const lookup of lookups) {
    const key = await unsharedKey(lookup, broker).catch((error) => {
      if (isFailure(error)) return undefined
      throw error
    })
    if (key !== undefined) found.push(needsSharing(lookup.tool, key))
  }
  return found
}

/** The failure for a call that found nothing: there is nothing, or nothing that this tool may use. */
export async function missing(lookups: readonly Lookup[], broker: Broker | undefined): Promise<Failure> {
  for (const lookup of lookups) {
    const key = await unsharedKey(lookup, broker)
    if (key !== undefined) return needsSharing(lookup.tool, key)
  }
  const [{ endpoints, tool } = { endpoints: [], tool: '' }] = lookups
  const key = endpoints[0]?.key ?? ''
  return new Failure('refused', `there is no credential for ${key}`, {
    hints: [hint`credbridge set ${key} --kind bearer`, hint`credbridge share ${key} --with ${tool}`],
  })
}

async function unsharedKey(lookup: Lookup, broker: Broker | undefined): Promise<string | undefined> {
  return (await broker?.find({ ...lookup, sharedOnly: false }))?.credential.endpoint.key
}
