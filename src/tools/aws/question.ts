import { lookupAt, type MakeQuestion } from '../question.ts'
import { aws, kinds } from './dialect.ts'
import { tool } from './names.ts'

/** The command in a profile names the account, and the endpoint of another cloud. */
export const awsQuestion: MakeQuestion = async (asked) => {
  const { endpoint, account } = asked
  if (endpoint.form !== 'address') return undefined
  return account === undefined
    ? { lookup: lookupAt(tool, kinds, asked) }
    : { dialect: aws, words: [account, endpoint.key] }
}
