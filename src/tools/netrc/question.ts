import type { MakeQuestion } from '../question.ts'
import { lookupFor } from './print.ts'

/** What `credbridge netrc` looks up. */
export const netrcQuestion: MakeQuestion = async ({ endpoint, account }) => {
  return endpoint.form === 'address' ? { lookup: lookupFor(endpoint, account) } : undefined
}
