import type { Address } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Answer } from '../../core/selection.ts'
import { type Rules, refuseHarmful } from '../guard/judge.ts'
import { refuseReferences } from '../guard/references.ts'
import type { ProjectSetting } from '../guard/setting.ts'
import { bare } from '../guard/verdict.ts'
import { asItIs, type Call, type Launch, type Launcher, type LaunchPlan } from '../launch.ts'
import { registryKinds } from './authorization.ts'
import { projectNpmrc, settingsInFile, userConfigFile } from './files.ts'
import { addressesNamed, addressesOf, givenBy, handOver, lookupFor, unsetVariables } from './handover.ts'
import { npmItself } from './machine.ts'
import { dartIn } from './nerf-dart.ts'
import { mayPublish, projectManifests, publishConfig, publishSettings } from './publish.ts'
import {
  type Configuration,
  type Registry,
  refuseInTheClear,
  registriesIn,
  registryNamed,
  settingsInEnvironment,
  settingsInWords,
} from './registries.ts'
import { npmRules } from './rules.ts'
import { beforeDashes, positionals, valuesOf } from './words.ts'

const tool = 'npm'

/** npm and npx. What speaks to no registry starts as it is; a login's token is moved out of the file at once. */
export const npmLauncher: Launcher = {
  tool,

  async plan(call) {
    const words = beforeDashes(call.words)
    const command = call.program === 'npm' ? positionals(call.words)[0] : 'exec'
    if (!call.asked && (command === undefined || withoutRegistry.includes(command))) return asItIs
    if (valuesOf(words, '--userconfig').length > 0) return ownConfiguration(call)
    const file = userConfigFile(call.world)
    const project = projectNpmrc(call.world, [file], words)
    refuseReferences(project, call.named)
    if (isOneOf(command, logins)) return login(call, file)
    const situation = await situationOf(call, words, file, project)
    if (isOneOf(command, logouts)) return logout(call, file, situation, valuesOf(words, '--scope')[0])
    return install(call, file, situation)
  },
}

/** A file that the words name goes before any of ours. */
function ownConfiguration({ asked }: Call): LaunchPlan {
  if (!asked) return asItIs
  throw new Failure('unsupported', '--userconfig leaves no place for what credbridge gives', {
    hints: [hint`name the file by npm_config_userconfig instead`],
  })
}

const logins = ['login', 'adduser', 'add-user']
const logouts = ['logout']

/** Commands that ask no registry themselves. What they start goes through the shim again, with a question of its own. */
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
  readonly rules: Rules
}

async function situationOf(
  call: Call,
  words: readonly string[],
  file: string,
  project: readonly ProjectSetting[],
): Promise<Situation> {
  const { world } = call
  const user = settingsInFile(world.files.read(file) ?? '')
  const npm = await npmItself(world)
  const configuration = {
    words: settingsInWords(words),
    environment: settingsInEnvironment(world.env),
    project: [...project, ...(await published(call))],
    user,
    machine: npm.settings,
  }
  return { configuration, rules: npmRules(user, npm) }
}

/** What manifests say that this call may publish; one that was asked for may publish by a script. */
async function published({ world, words, program, asked }: Call): Promise<readonly ProjectSetting[]> {
  const [command = '', ...what] = program === 'npm' ? positionals(words) : []
  if (command === '' || !mayPublish(command)) return asked ? projectManifests(world, words).flatMap(publishConfig) : []
  return publishSettings(world, words, whatIsPublished(command, what))
}

/** `npm unpublish` and `npm stage list` publish nothing, but go by the project's manifest. */
function whatIsPublished(command: string, what: readonly string[]): readonly string[] {
  const isStage = 'stage'.startsWith(command)
  if (command.startsWith('u') || (isStage && !'publish'.startsWith(what[0] ?? 'publish'))) return []
  const named = isStage ? what.slice(1) : what
  return named.length === 0 ? ['.'] : named
}

function install({ world, named, program }: Call, file: string, { configuration, rules }: Situation): LaunchPlan {
  const registries = registriesIn(configuration, world.env)
  return {
    lookups: registries.map((registry) => lookupFor(tool, registry)),
    async launch(answers, newName) {
      const given = givenBy(registries, answers)
      const addresses = [...addressesOf(given), ...addressesNamed(named)]
      const isGiven = addresses.length > 0
      await refuseHarmful(world, isGiven ? configuration.project : configuration.project.filter(goesToNode), rules)
      refuseInTheClear(registries, addresses)
      if (given.length === 0) return {}
      const launch = handOver(given, world.files.read(file) ?? '', newName)
      const { env, remarks } = unsetVariables(program, configuration.project, given, world.env)
      return { ...launch, env: { ...launch.env, ...env }, remarks }
    },
  }
}

/** npm hands this on to git, and git to our own helper, whatever npm itself is given. */
function goesToNode({ key }: ProjectSetting): boolean {
  return bare(key) === bare('node-options')
}

/** npm writes to the user's own file; what has come into it moves on. */
function login({ world }: Call, file: string): LaunchPlan {
  const before = world.files.read(file) ?? ''
  const afterwards = () => {
    const darts = newDarts(before, world.files.read(file) ?? '')
    return darts.length === 0
      ? {}
      : { words: ['import', tool, '--yes', '--replace', '--without-setup', '--file', file, '--only', ...darts] }
  }
  return { lookups: [], launch: () => ({ afterwards }) }
}

function newDarts(before: string, after: string): readonly string[] {
  const old = new Set(settingsInFile(before).map(({ key, value }) => `${key}=${value}`))
  const changed = settingsInFile(after).filter(({ key, value }) => !old.has(`${key}=${value}`))
  return [...new Set(changed.flatMap(({ key }) => dartIn(key)?.dart ?? []))]
}

/**
 * npm has the server forget a token of its own and needs it for that. What another tool or a person saved stays valid:
 * npm is not given it, and does not use it again until its next login.
 */
function logout({ world }: Call, file: string, situation: Situation, scope: string | undefined): LaunchPlan {
  const { configuration, rules } = situation
  const registry = registryOf(configuration, world.env, scope)
  if (registry === undefined) return asItIs
  const launch = async ([answer]: readonly (Answer | undefined)[], newName: () => string): Promise<Launch> => {
    if (answer === undefined) return {}
    const { endpoint, account, owner, kind, secret } = answer.credential
    const removal = { tool, kinds: registryKinds, endpoint, account, secret }
    if (owner !== tool || kind !== 'bearer') {
      return { withoutProgram: true, afterwards: () => ({ removal, says: `npm is signed out of ${endpoint.key}` }) }
    }
    await refuseHarmful(world, configuration.project, rules)
    refuseInTheClear([registry], [answer.credential.endpoint as Address])
    const given = [{ registry, credential: answer.credential }]
    return { ...handOver(given, world.files.read(file) ?? '', newName), afterwards: () => ({ removal }) }
  }
  return { lookups: [lookupFor(tool, registry)], launch }
}

/** The registry that a command is about: the scope's, else the default one. */
function registryOf(configuration: Configuration, env: Call['world']['env'], scope = ''): Registry | undefined {
  const ofScope = `${scope.startsWith('@') ? '' : '@'}${scope}:registry`
  return registryNamed(ofScope, configuration, env) ?? registryNamed('registry', configuration, env)
}
