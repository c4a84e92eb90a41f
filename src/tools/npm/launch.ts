import { Failure } from '../../core/failure.ts'
import type { Answer } from '../../core/selection.ts'
import { asItIs, type Call, type Launch, type Launcher, type LaunchPlan } from '../launch.ts'
import { registryKinds } from './authorization.ts'
import { refuseDanger } from './danger.ts'
import { saidInManifest, saidInNpmrc, settingsInFile, userConfigFile } from './files.ts'
import { addressesOf, givenBy, handOver, lookupFor, remarksAbout } from './handover.ts'
import { machineRegistries } from './machine.ts'
import { dartIn } from './nerf-dart.ts'
import { refuseReferences, type Said } from './project.ts'
import {
  type Configuration,
  type Registry,
  refuseInTheClear,
  registriesIn,
  registryNamed,
  settingsInEnvironment,
  settingsInWords,
} from './registries.ts'

const tool = 'npm'

/** npm and npx. What speaks to no registry starts as it is; a login's token is moved out of the file at once. */
export const npmLauncher: Launcher = {
  tool,

  async plan(call) {
    const words = beforeDashes(call.words)
    const command = call.program === 'npm' ? words.find((word) => !word.startsWith('-')) : 'exec'
    if (!call.asked && (command === undefined || withoutRegistry.includes(command))) return asItIs
    if (valuesOf(words, '--userconfig').length > 0) return ownConfiguration(call)
    const file = userConfigFile(call.world)
    const project = saidInNpmrc(call.world, [file], valuesOf(words, '--prefix', '-C'))
    refuseReferences(project, call.named)
    if (isOneOf(command, logins)) return login(call, file)
    const configuration = await configurationOf(call, words, file, project)
    if (isOneOf(command, logouts)) return logout(call, file, configuration, valuesOf(words, '--scope')[0])
    return install(call, file, configuration)
  },
}

/** A file that the words name goes before any of ours. */
function ownConfiguration({ asked }: Call): LaunchPlan {
  if (!asked) return asItIs
  throw new Failure('unsupported', '--userconfig leaves no place for what credbridge gives', {
    hints: ['name the file by npm_config_userconfig instead'],
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

async function configurationOf(
  { world, program }: Call,
  words: readonly string[],
  file: string,
  project: readonly Said[],
): Promise<Configuration> {
  const published = program === 'npm' ? saidInManifest(world, valuesOf(words, '--workspace', '-w')) : []
  return {
    words: settingsInWords(words),
    environment: settingsInEnvironment(world.env),
    project: [...project, ...published],
    user: settingsInFile(world.files.read(file) ?? ''),
    machine: await machineRegistries(world),
  }
}

function install({ world }: Call, file: string, configuration: Configuration): LaunchPlan {
  const registries = registriesIn(configuration, world.env)
  return {
    lookups: registries.map((registry) => lookupFor(tool, registry)),
    launch(answers, newName) {
      const given = givenBy(registries, answers)
      if (given.length === 0) return {}
      refuseDanger(configuration.project, addressesOf(given), world.env)
      refuseInTheClear(registries, addressesOf(given))
      const launch = handOver(given, world.files.read(file) ?? '', newName)
      return { ...launch, remarks: remarksAbout(configuration.project, given, world.env) }
    },
  }
}

/** npm writes to the user's own file; what has come into it moves on. */
function login({ world }: Call, file: string): LaunchPlan {
  const before = world.files.read(file) ?? ''
  const afterwards = () => {
    const darts = newDarts(before, world.files.read(file) ?? '')
    return darts.length === 0
      ? {}
      : { words: ['import', tool, '--yes', '--replace', '--file', file, '--only', ...darts] }
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
function logout({ world }: Call, file: string, configuration: Configuration, scope: string | undefined): LaunchPlan {
  const registry = registryOf(configuration, world.env, scope)
  if (registry === undefined) return asItIs
  const launch = ([answer]: readonly (Answer | undefined)[], newName: () => string): Launch => {
    if (answer === undefined) return {}
    const { endpoint, account, owner, kind, secret } = answer.credential
    const removal = { tool, kinds: registryKinds, endpoint, account, secret }
    if (owner !== tool || kind !== 'bearer') {
      return { withoutProgram: true, afterwards: () => ({ removal, says: `npm is signed out of ${endpoint.key}` }) }
    }
    refuseDanger(configuration.project, [registry.address], world.env)
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

function beforeDashes(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--')
  return end < 0 ? words : words.slice(0, end)
}

/** The values of an option, written `--name value` or `--name=value`. */
function valuesOf(words: readonly string[], ...names: readonly string[]): readonly string[] {
  return words.flatMap((word, at) => {
    const equals = word.indexOf('=')
    if (names.includes(word)) return words[at + 1] ?? []
    return equals > 0 && names.includes(word.slice(0, equals)) ? word.slice(equals + 1) : []
  })
}
