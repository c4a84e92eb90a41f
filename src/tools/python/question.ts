import type { MakeQuestion } from '../question.ts'
import { lookupOf } from './lookup.ts'

/** What Python's keyring is asked for: a service of this name, with or without a user. */
export const pythonQuestion: MakeQuestion = async ({ endpoint, account }) => ({
  lookup: lookupOf(endpoint.key, account),
})

/** pip and uv ask for the address of an index. */
export const indexQuestion: MakeQuestion = async (asked, machine) => {
  return asked.endpoint.form === 'address' ? pythonQuestion(asked, machine) : undefined
}
