import type { MakeQuestion } from '../question.ts'
import { pnpmDialect } from './dialect.ts'

/** The project in which pnpm is started is checked only when pnpm asks. */
export const pnpmQuestion: MakeQuestion = async ({ endpoint }) => {
  return endpoint.form === 'address' ? { dialect: pnpmDialect(async () => {}), words: [endpoint.key] } : undefined
}
