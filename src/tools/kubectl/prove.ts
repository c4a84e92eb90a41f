import { join } from 'node:path'
import { parseAddress } from '../../core/endpoint.ts'
import { Secret } from '../../core/secret.ts'
import { throwAwayWord } from '../throw-away.ts'
import type { Machine, WhileKept } from '../tool.ts'
import { kubectlFailed, runKubectl } from './client.ts'
import { ourProgram } from './exec.ts'
import { tool, versions } from './names.ts'

/** Nothing listens there. */
const server = 'https://127.0.0.1:1'

/**
 * Lets the real kubectl go to a server that is not there. Without a credential it gets no further than our command;
 * with a throw-away one it gets as far as the server.
 */
export async function proveKubectl(machine: Machine, whileKept: WhileKept): Promise<string> {
  const account = `try-${throwAwayWord()}`
  const file = join(machine.folders.state, `${account}.json`)
  const ask = () => runKubectl(machine, ['--kubeconfig', file, 'get', '--raw', '/version', '--request-timeout=10s'])
  try {
    machine.files.write(file, kubeconfig(ourProgram(machine), account))
    const before = await ask()
    const place = { endpoint: parseAddress(server), account, owner: tool }
    const after = await whileKept({ ...place, kind: 'bearer', secret: new Secret(throwAwayWord()) }, ask)
    const isAsked = before.stderr.includes(failing) && before.stderr.includes('there is no token')
    if (isAsked && after.exitCode !== 0 && !after.stderr.includes(failing)) {
      return 'kubectl asked credbridge and took a throw-away token'
    }
    throw kubectlFailed('kubectl did not get a throw-away token from credbridge', isAsked ? after : before)
  } finally {
    machine.files.remove(file)
  }
}

const failing = 'getting credentials'

function kubeconfig(command: string, account: string): string {
  const [apiVersion] = versions
  const exec = { apiVersion, command, args: [account], interactiveMode: 'Never', provideClusterInfo: true }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'try', cluster: { server } }],
    users: [{ name: 'try', user: { exec } }],
    contexts: [{ name: 'try', context: { cluster: 'try', user: 'try' } }],
    'current-context': 'try',
  })
}
