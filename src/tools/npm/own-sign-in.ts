import type { Address } from '../../core/endpoint.ts'
import type { Answer } from '../../core/selection.ts'
import { asItIs, type Call, type Launch, type LaunchPlan } from '../launch.ts'
import { registryKinds } from './authorization.ts'
import { settingsInFile } from './files.ts'
import { splitNerfDart } from './nerf-dart.ts'
import { type Configuration, type Registry, refuseInTheClear, registryNamed } from './registries.ts'
import { launchWith, lookupFor } from './sign-in-file.ts'
import type { Situation } from './situation.ts'

/* What npm itself signs in with: its `login` and its `logout`. */

const tool = 'npm'

/** npm writes to the user's own file. New secrets in it are imported. */
export function login({ machine }: Call, file: string): LaunchPlan {
  const before = machine.files.read(file) ?? ''
  const afterwards = () => {
    const nerfDarts = newNerfDarts(before, machine.files.read(file) ?? '')
    return nerfDarts.length === 0
      ? {}
      : { words: ['import', tool, '--yes', '--replace', '--without-setup', '--file', file, '--only', ...nerfDarts] }
  }
  return { lookups: [], launch: () => ({ afterwards }) }
}

function newNerfDarts(before: string, after: string): readonly string[] {
  const old = new Set(settingsInFile(before).map(({ key, value }) => `${key}=${value}`))
  const changed = settingsInFile(after).filter(({ key, value }) => !old.has(`${key}=${value}`))
  return [...new Set(changed.flatMap(({ key }) => splitNerfDart(key)?.nerfDart ?? []))]
}

/**
 * npm needs its own token to revoke it at the server. A token that another tool or a person saved stays valid: npm does
 * not get it, and does not use it again until its next login.
 */
export function logout({ machine }: Call, file: string, situation: Situation, scope: string | undefined): LaunchPlan {
  const { configuration, refuse } = situation
  const registry = registryOf(configuration, machine.env, scope)
  if (registry === undefined) return asItIs
  const launch = async ([answer]: readonly (Answer | undefined)[], newName: () => string): Promise<Launch> => {
    if (answer === undefined) return {}
    const { endpoint, account, owner, kind, secret } = answer.credential
    const removal = { tool, kinds: registryKinds, endpoint, account, secret }
    if (owner !== tool || kind !== 'bearer') {
      return { withoutProgram: true, afterwards: () => ({ removal, says: `npm is signed out of ${endpoint.key}` }) }
    }
    await refuse(configuration.project)
    refuseInTheClear([registry], [answer.credential.endpoint as Address])
    const signIns = [{ registry, credential: answer.credential }]
    return { ...launchWith(signIns, machine.files.read(file) ?? '', newName), afterwards: () => ({ removal }) }
  }
  return { lookups: [lookupFor(tool, registry)], launch }
}

/** The registry of a command: the scope's, else the default one. */
function registryOf(configuration: Configuration, env: Call['machine']['env'], scope = ''): Registry | undefined {
  const ofScope = `${scope.startsWith('@') ? '' : '@'}${scope}:registry`
  return registryNamed(ofScope, configuration, env) ?? registryNamed('registry', configuration, env)
}
