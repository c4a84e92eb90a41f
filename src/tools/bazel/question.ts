import type { MakeQuestion } from '../question.ts'
import { bazel } from './dialect.ts'

/** A user can be in the URI only. */
export const bazelQuestion: MakeQuestion = async ({ endpoint, account }) => {
  if (endpoint.form !== 'address' || !['https', 'http'].includes(endpoint.scheme)) return undefined
  const user = account === undefined ? '' : `${encodeURIComponent(account)}@`
  const uri = endpoint.key.replace('://', `://${user}`)
  return { dialect: bazel, words: ['get'], input: JSON.stringify({ uri }) }
}
