import { type Entry, ourselves, type Place } from './credential.ts'
import { serviceName } from './endpoint.ts'

const start = 'try-out-'

/** A place that nothing else has, for the throw-away item with which a store is tried out. */
export function trialPlace(): Place {
  const word = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`
  return { endpoint: serviceName(start + word), account: 'try-out', owner: ourselves }
}

/** Whether the entry is such an item, which a store did not forget. No list shows it. */
export function isTrial({ endpoint, owner }: Pick<Entry, 'endpoint' | 'owner'>): boolean {
  return owner === ourselves && endpoint.form === 'service' && endpoint.key.startsWith(start)
}
