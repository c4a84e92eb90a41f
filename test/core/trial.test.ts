import { expect, test } from 'vitest'
import { parseAddress, serviceName } from '../../src/core/endpoint.ts'
import { isTrial, trialPlace } from '../../src/core/trial.ts'

test('the item of a trial is known by its place, and nothing else is taken for one', () => {
  const place = trialPlace()
  expect(isTrial(place)).toBe(true)
  expect(isTrial({ ...place, owner: 'python' })).toBe(false)
  expect(isTrial({ ...place, endpoint: serviceName('files before credbridge import') })).toBe(false)
  expect(isTrial({ ...place, endpoint: parseAddress('https://try-out-1.example.com') })).toBe(false)
  expect(trialPlace().endpoint.key).not.toBe(place.endpoint.key)
})
