import type { Address } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Answer } from '../../core/selection.ts'
import { bare } from '../guard/bare.ts'
import { refuseReferences } from '../guard/references.ts'
import type { ProjectSetting } from '../guard/setting.ts'
import { asItIs, type Call, type Launch, type Launcher, type LaunchPlan } from '../launch.ts'
import { registryKinds } from './authorization.ts'
import { projectNpmrc, settingsInFile, userConfigFile } from './files.ts'
import { npmItself } from './machine.ts'
import { splitNerfDart } from './nerf-dart.ts'
import {
  type Configuration,
  type Registry,
  refuseInTheClear,
  registriesIn,
  registryNamed,
  settingsInEnvironment,
  settingsInWords,
} from './registries.ts'
import { addressesNamed, addressesOf, launchWith, lookupFor, signInsFor } from './sign-in-file.ts'
import { beforeDashes, positionals, valuesOf } from './words.ts'

const tool = 'npm'

/**
 * npm and npx. A command that contacts no registry starts unchanged. A login's token is moved out of the file at once.
 */
export const npmLauncher: Launcher = {
  tool,

  async plan(call) {
    const words = beforeDashes(call.words)
    const command = call.program === 'npm' ? (await positionals(call.words))[0] : 'exec'
    if (!call.asked && (command === undefined || withoutRegistry.includes(command))) return asItIs
    if (valuesOf(words, '--userconfig').length > 0) return ownConfiguration(call)
    if (!isOneOf(command, logins)) await call.ready()
    const file = userConfigFile(call.machine)
    const project = projectNpmrc(call.machine, [file], words)
    refuseReferences(project, call.named)
    if (isOneOf(command, logins)) return login(call, file)
    const situation = await situationOf(call, words, file, project)
    if (isOneOf(command, logouts)) return logout(call, file, situation, valuesOf(words, '--scope')[0])
    return install(call, file, situation)
  },
}

/** A file on the command line takes precedence over ours. */
function ownConfiguration({ asked }: Call): LaunchPlan {
  if (!asked) return asItIs
  throw new Failure('unsupported', '--userconfig replaces the file that gives npm its credentials', {
    hints: [hint`set npm_config_userconfig to the file instead`],
  })
}

const logins = ['login', 'adduser', 'add-user']
const logouts = ['logout']

/**
 * Commands that contact no registry themselves. Programs that they start go through the shim again, which decides anew.
 */
const withoutRegistry: readonly string[] = [
  ...[
    'run',
    'run-script',
    'rum',
    'urn',
    'test',
    'tst',
    't',
    'start',
    'stop',
    'restart',
    'explore',
    'edit',
    'rebuild',
    'rb',
  ],
  ...['config', 'c', 'get', 'set', 'pkg', 'version', 'verison', 'prefix', 'root', 'bin'],
  ...['ls', 'list', 'la', 'll', 'explain', 'why', 'query', 'fund', 'help', 'hlep', 'help-search', 'completion'],
]

function isOneOf(command: string | undefined, names: readonly string[]): boolean {
  return command !== undefined && names.includes(command)
}

interface Situation {
  readonly configuration: Configuration
  /** Refuses what of these settings of a project is not known to be harmless. */
  refuse(settings: readonly ProjectSetting[]): Promise<void>
}

async function situationOf(
  call: Call,
  words: readonly string[],
  file: string,
  project: readonly ProjectSetting[],
): Promise<Situation> {
  const { machine } = call
  const user = settingsInFile(machine.files.read(file) ?? '')
  const npm = await npmItself(machine)
  const configuration = {
    words: settingsInWords(words),
    environment: settingsInEnvironment(machine.env),
    project: [...project, ...(await published(call))],
    user,
    machine: npm.settings,
  }
  return {
    configuration,
    async refuse(settings) {
      if (settings.length === 0) return
      const [{ refuseHarmful }, { npmRules }] = await Promise.all([import('../guard/judge.ts'), import('./rules.ts')])
      await refuseHarmful(machine, settings, npmRules(user, npm))
    },
  }
}

/** The `publishConfig` of the manifests that this call may publish. `credbridge run` may start a script that does. */
async function published({ machine, words, program, asked }: Call): Promise<readonly ProjectSetting[]> {
  const [command = '', ...what] = program === 'npm' ? await positionals(words) : []
  const publishes = command !== '' && mayPublish(command)
  if (!publishes && !asked) return []
  const { projectManifests, publishConfig, publishSettings } = await import('./publish.ts')
  if (publishes) return publishSettings(machine, words, whatIsPublished(command, what))
  return projectManifests(machine, words).flatMap(publishConfig)
}

const publishing = ['publish', 'unpublish', 'stage']

/** npm also accepts the first letters of a command. */
function mayPublish(command: string): boolean {
  return publishing.some((name) => name.startsWith(command))
}

/** `npm unpublish` and `npm stage list` publish nothing, but read the project's manifest. */
function whatIsPublished(command: string, what: readonly string[]): readonly string[] {
  const isStage = 'stage'.startsWith(command)
  if (command.startsWith('u') || (isStage && !'publish'.startsWith(what[0] ?? 'publish'))) return []
  const named = isStage ? what.slice(1) : what
  return named.length === 0 ? ['.'] : named
}

function install(call: Call, file: string, { configuration, refuse }: Situation): LaunchPlan {
  const { machine, named } = call
  const registries = registriesIn(configuration, machine.env)
  return {
    lookups: registries.map((registry) => lookupFor(tool, registry)),
    async launch(answers, newName) {
      const signIns = signInsFor(registries, answers)
      const addresses = [...addressesOf(signIns), ...addressesNamed(named)]
      const isGiven = addresses.length > 0
      await refuse(isGiven ? configuration.project : configuration.project.filter(goesToNode))
      refuseInTheClear(registries, addresses)
      const { project } = configuration
      const { env, remarks } =
        project.length === 0
          ? { env: {}, remarks: [] }
          : (await import('./unset-variables.ts')).unsetVariables(call, { project, registries, given: signIns })
      if (signIns.length === 0) return { remarks }
      const launch = launchWith(signIns, machine.files.read(file) ?? '', newName)
      return { ...launch, env: { ...launch.env, ...env }, remarks }
    },
  }
}

/** npm passes this on to git, and git to our helper, whether npm itself gets a credential or not. */
function goesToNode({ key }: ProjectSetting): boolean {
  return bare(key) === bare('node-options')
}

/** npm writes to the user's own file. New secrets in it are imported. */
function login({ machine }: Call, file: string): LaunchPlan {
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
function logout({ machine }: Call, file: string, situation: Situation, scope: string | undefined): LaunchPlan {
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
