import type { PlainSecrets } from '../tool.ts'
import { filesOf, readKubeconfig } from './kubeconfig.ts'
import { putBackSecret, secretsOf } from './secrets.ts'

/** The tokens and client certificates that stand in the kubeconfig itself. */
export const kubectlPlainSecrets: PlainSecrets = {
  async find(machine) {
    if (!filesOf(machine).some((file) => machine.files.exists(file))) return { secrets: [], remarks: [] }
    const config = await readKubeconfig(machine)
    const all = [...config.users.keys()].map((user) => secretsOf(machine, config, user))
    return { secrets: all.flatMap(({ secrets }) => secrets), remarks: all.flatMap(({ remarks }) => remarks) }
  },

  putBack: (machine, { user = '' }, credential) => putBackSecret(machine, user, credential),
}
