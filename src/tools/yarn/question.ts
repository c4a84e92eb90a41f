import type { MakeQuestion } from '../question.ts'
import { yarnDialect } from './dialect.ts'

/** The project in which Yarn is started is checked only when Yarn asks. */
export const yarnQuestion: MakeQuestion = async ({ endpoint }) => {
  return endpoint.form === 'address' ? { dialect: yarnDialect(async () => {}), words: [endpoint.key] } : undefined
}
