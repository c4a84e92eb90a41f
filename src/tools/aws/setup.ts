import { type Address, parseAddress } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint, linesSaidBy } from '../../core/hint.ts'
import { skippedAsAbsent } from '../installed.ts'
import type { Change, DoctorLine, Machine, Plan, Setup, SetupOptions } from '../tool.ts'
import { awsProgram, runAws } from './client.ts'
import { askedBy, processFor, processOption, startsThisProgram } from './credential-process.ts'
import { keysIn } from './keys.ts'
import { cloud } from './names.ts'
import { type AwsFiles, awsFiles, type ProfileSection, profilesIn } from './profiles.ts'
import { proveAws } from './prove.ts'
import { rememberSetting, removingProcess } from './undo.ts'

/** Sets `credential_process` of a profile in AWS's own configuration, through `aws configure set`. */
export const awsSetup: Setup = {
  async plan(machine, options): Promise<Plan> {
    awsProgram(machine)
    const files = awsFiles(machine)
    const profile = profileMeant(machine, options)
    const section = profilesIn(machine, files.config).find((one) => one.profile === profile)
    const before = section?.options.get(processOption)
    const asked = before === undefined ? undefined : askedBy(before, profile)
    if (before !== undefined && asked === undefined) throw asksAnother(profile, files)
    const wanted = processFor(machine, wantedFor(options, profile, asked))
    const signIns = options['import'] === false ? [] : keysIn(machine, files.config, profile)
    const remarks = remarksOn(machine, files, profile)
    if (before === wanted) return { changes: [], remarks, signIns }
    const says = `${files.config}: profile ${profile} asks credbridge`
    return { changes: [{ says, apply: () => set(machine, profile, wanted) }], remarks, signIns }
  },

  async undo(machine, options): Promise<Plan> {
    const { config } = awsFiles(machine)
    const named = options['profile']
    const changes = ours(machine)
      .filter(({ profile }) => named === undefined || profile === named)
      .map((section): Change => removingProcess(machine, config, section))
    return { changes, remarks: [] }
  },

  prove: (machine, whileKept) => proveAws(machine, whileKept),

  async check(machine): Promise<readonly DoctorLine[]> {
    const mine = ours(machine)
    const isInstalled = machine.program('aws') !== undefined
    if (!isInstalled && mine.length === 0) return skippedAsAbsent('aws')
    const fix = hint`credbridge setup aws`
    const lines = mine.map((section) => lineFor(machine, section))
    const state: readonly DoctorLine[] =
      lines.length === 0 ? [{ state: 'note', says: 'aws does not ask credbridge', fix }] : lines
    const { config, credentials } = awsFiles(machine)
    const readable = [config, credentials].filter((file) => keysIn(machine, file).length > 0)
    return [...state, ...readable.map((file) => readableIn(file, keysIn(machine, file).length))]
  },
}

function readableIn(file: string, count: number): DoctorLine {
  const says = `${file} has the keys of ${count === 1 ? 'a profile' : `${count} profiles`}, which aws uses first`
  return { state: 'note', says, fix: hint`credbridge import aws` }
}

function lineFor(machine: Machine, { profile, options }: ProfileSection): DoctorLine {
  if (startsThisProgram(machine, options.get(processOption) ?? '')) {
    return { state: 'ok', says: `aws asks credbridge for profile ${profile}` }
  }
  const fix = hint`credbridge setup aws --profile ${profile}`
  return { state: 'wrong', says: `profile ${profile} asks another installation of credbridge`, fix }
}

/** The profiles that run this command, of any installation. */
function ours(machine: Machine): readonly ProfileSection[] {
  return profilesIn(machine, awsFiles(machine).config).filter(
    ({ options, profile }) => askedBy(options.get(processOption) ?? '', profile) !== undefined,
  )
}

function wantedFor({ endpoint }: SetupOptions, profile: string, before: ReturnType<typeof askedBy>) {
  const named: Address | undefined = typeof endpoint === 'string' ? parseAddress(endpoint) : before?.endpoint
  return { account: before?.account ?? profile, endpoint: named ?? cloud }
}

function profileMeant({ env }: Machine, { profile }: SetupOptions): string {
  if (typeof profile === 'string') return profile
  return [env['AWS_PROFILE'], env['AWS_DEFAULT_PROFILE']].find((name) => (name ?? '') !== '') ?? 'default'
}

/** Settings that AWS's programs use before `credential_process`. */
function remarksOn(machine: Machine, { credentials }: AwsFiles, profile: string): string[] {
  const hasKeys = keysIn(machine, credentials, profile).length > 0
  const isSet = (machine.env['AWS_ACCESS_KEY_ID'] ?? '') !== ''
  return [
    ...(hasKeys ? [`${credentials} has keys of ${profile}, which aws uses first: credbridge import aws`] : []),
    ...(isSet ? ['AWS_ACCESS_KEY_ID is set, and aws uses its key first'] : []),
  ]
}

async function set(machine: Machine, profile: string, value: string): Promise<void> {
  const { config } = awsFiles(machine)
  const before = machine.files.read(config)
  const words = ['configure', 'set', processOption, value, '--profile', profile]
  const ran = await runAws(machine, words, { AWS_CONFIG_FILE: config })
  const isSet = profilesIn(machine, config).some(
    (one) => one.profile === profile && one.options.get(processOption) === value,
  )
  if (ran.exitCode === 0 && isSet) return rememberSetting(machine, config, profile, before)
  // For a profile named `p` aws 2.9 writes a section that is no profile.
  if (before === undefined) machine.files.remove(config)
  else machine.files.write(config, before)
  throw new Failure('refused', `aws could not change profile ${profile}`, {
    hints: [...linesSaidBy('aws', ran.stderr), hint`use another profile: --profile <name>`],
  })
}

function asksAnother(profile: string, { config }: AwsFiles): Failure {
  return new Failure('refused', `profile ${profile} asks another program for its keys`, {
    hints: [hint`remove credential_process of this profile in ${config}, or name another: --profile <name>`],
  })
}
