import type { MakeQuestion } from '../question.ts'
import { kubectl } from './dialect.ts'
import { versions } from './names.ts'

/** kubectl's request is in the environment. The word for the account is in the kubeconfig. */
export const kubectlQuestion: MakeQuestion = async ({ endpoint, account }) => {
  if (endpoint.form !== 'address') return undefined
  const spec = { interactive: false, cluster: { server: endpoint.key } }
  const info = JSON.stringify({ apiVersion: versions[0], kind: 'ExecCredential', spec })
  return { dialect: kubectl, words: account === undefined ? [] : [account], env: { KUBERNETES_EXEC_INFO: info } }
}
