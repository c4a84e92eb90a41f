import { createHash } from 'node:crypto'
import type { Place } from '../core/credential.ts'
import { serviceOf } from '../core/item.ts'

/** A name for the place that tells nothing about it. */
export function placeName(store: string, place: Place): string {
  return hashOf([store, place.endpoint.form, serviceOf(place), place.account])
}

export function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
