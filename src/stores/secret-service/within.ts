import type { Asker } from '../../core/asker.ts'
import { noAnswer } from './errors.ts'
import type { Limits } from './prompt.ts'

/** Runs a whole request. Over its limit, to which a person's time is added if one is present: `timeout`. */
export async function within<T>(limits: Limits, { personPresent }: Asker, request: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const overdue = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(noAnswer()), limits.whole + (personPresent ? limits.person : 0))
  })
  try {
    return await Promise.race([request(), overdue])
  } finally {
    clearTimeout(timer)
  }
}
