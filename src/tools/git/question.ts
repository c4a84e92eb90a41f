import type { MakeQuestion } from '../question.ts'
import { git } from './dialect.ts'
import { printMessage } from './message.ts'

/** What git writes to `get`, as the newest git does. */
export const gitQuestion: MakeQuestion = async ({ endpoint, account }) => {
  if (endpoint.form !== 'address') return undefined
  const { scheme, host, port, path } = endpoint
  const message = {
    'capability[]': ['authtype', 'state'],
    protocol: scheme,
    host: port === undefined ? host : `${host}:${port}`,
    path: path === '' ? undefined : decodeURIComponent(path),
    username: account,
  }
  const call = { dialect: git, words: ['get'], input: `${printMessage(message)}\n` }
  if (path === '' || scheme === 'cert') return call
  return { ...call, remark: 'git asks with a path only if credential.useHttpPath is set; else for the host alone' }
}
