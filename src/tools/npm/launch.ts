import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { bare } from '../guard/bare.ts'
import { refuseReferences } from '../guard/references.ts'
import type { ProjectSetting } from '../guard/setting.ts'
import { asItIs, type Call, type Launcher, type LaunchPlan } from '../launch.ts'
import { projectNpmrc, settingsInFile, userConfigFile } from './files.ts'
import { npmItself } from './machine.ts'
import { refuseInTheClear, registriesIn, settingsInEnvironment, settingsInWords } from './registries.ts'
import { addressesNamed, addressesOf, launchWith, lookupFor, signInsFor } from './sign-in-file.ts'
import type { Situation } from './situation.ts'
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
    if (isOneOf(command, logins)) return (await import('./own-sign-in.ts')).login(call, file)
    const situation = await situationOf(call, words, file, project)
    if (isOneOf(command, logouts)) {
      return (await import('./own-sign-in.ts')).logout(call, file, situation, valuesOf(words, '--scope')[0])
    }
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
