import type { Owner } from '../../core/credential.ts'
import type { MakeQuestion } from '../question.ts'
import { lookupFor } from './sign-in-file.ts'

/** What the launcher of a package manager looks up for a registry. No manager names a user. */
export function launcherQuestion(tool: Owner): MakeQuestion {
  return async ({ endpoint }) =>
    endpoint.form === 'address' ? { lookup: lookupFor(tool, { address: endpoint }) } : undefined
}
