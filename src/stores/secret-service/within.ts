import type { Asker } from '../../core/asker.ts'
import { isFailure } from '../../core/failure.ts'
import { locked, noAnswer } from './errors.ts'
import type { Limits } from './prompt.ts'
import type { Service } from './service.ts'

/**
 * Runs a whole request. Over its limit, to which a person's time is added if one is present: `timeout`. If something is
 * locked, the failure says how to unlock it where this program offers the Secret Service.
 */
export async function within<T>(
  limits: Limits,
  { personPresent }: Asker,
  service: Service,
  request: (service: Service) => Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const overdue = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(noAnswer()), limits.whole + (personPresent ? limits.person : 0))
  })
  try {
    return await Promise.race([request(service), overdue])
  } catch (error) {
    throw isFailure(error) && error.code === 'locked' ? locked(error.message, await service.provider()) : error
  } finally {
    clearTimeout(timer)
  }
}
