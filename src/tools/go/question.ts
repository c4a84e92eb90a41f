import type { MakeQuestion } from '../question.ts'
import { go } from './dialect.ts'

/** go's second call, after a refusal. A user can be in the URL only. */
export const goQuestion: MakeQuestion = async ({ endpoint, account }) => {
  if (endpoint.form !== 'address' || endpoint.scheme !== 'https') return undefined
  const user = account === undefined ? '' : `${encodeURIComponent(account)}@`
  return { dialect: go, words: [endpoint.key.replace('://', `://${user}`)] }
}
