import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { skippedAsAbsent } from '../installed.ts'
import type { Change, DoctorLine, Machine, Plan, Setup, SetupOptions } from '../tool.ts'
import { kubectlFailed, kubectlProgram, runKubectl } from './client.ts'
import { askedBy, namesOwnCommand, ourProgram, settingWords } from './exec.ts'
import { editUser, filesOf, type Kubeconfig, type Members, readKubeconfig } from './kubeconfig.ts'
import { allowing, forbidding, kubercFile, mayStart } from './kuberc.ts'
import { proveKubectl } from './prove.ts'
import { hasSecret, otherWayOf, secretsOf, setupHint } from './secrets.ts'

/** Makes one user of the kubeconfig ask credbridge, through `kubectl config set-credentials`. */
export const kubectlSetup: Setup = {
  async plan(machine, options): Promise<Plan> {
    kubectlProgram(machine)
    const program = ourProgram(machine)
    const config = await readKubeconfig(machine)
    const user = userMeant(config, options)
    const members = config.users.get(user) ?? {}
    refuseOthers(user, members)
    const asked = askedBy(members)
    const account = typeof options['account'] === 'string' ? options['account'] : asked?.account
    if (account?.startsWith('-') === true) throw new Failure('unsupported', 'an account cannot begin with a dash here')
    const isSet = asked?.isWhole === true && asked.command === program && asked.account === account
    const allowed = await allowing(machine, program)
    const setting = isSet ? [] : [asking(machine, { program, user, account, isStale: asked !== undefined })]
    const remarks = isSet ? [] : remarksOn(machine)
    const { secrets, remarks: left } = secretsOf(machine, config, user, account)
    const changes = [...allowed, ...setting]
    if (options['import'] !== false) return { changes, remarks: [...remarks, ...left], signIns: secrets }
    const first = hasSecret(members) ? [`user ${user} has a secret in the kubeconfig, which kubectl uses first`] : []
    return { changes, remarks: [...remarks, ...first] }
  },

  async undo(machine, options): Promise<Plan> {
    const config = await readKubeconfig(machine)
    const ours = [...config.users].filter(([, members]) => askedBy(members) !== undefined).map(([user]) => user)
    const meant = ours.filter((user) => options['user'] === undefined || options['user'] === user)
    const changes = meant.map(
      (user): Change => ({
        says: `kubeconfig: user ${user} no longer asks credbridge`,
        apply: () => editUser(machine, user, (members) => void members.delete('exec')),
      }),
    )
    const isLast = meant.length === ours.length
    return { changes: [...changes, ...(isLast ? forbidding(machine, namesOwnCommand) : [])], remarks: [] }
  },

  prove: proveKubectl,

  async check(machine): Promise<readonly DoctorLine[]> {
    if (machine.program('kubectl') === undefined) return skippedAsAbsent('kubectl')
    const fix = hint`credbridge setup kubectl`
    const none: DoctorLine = { state: 'note', says: 'kubectl does not ask credbridge', fix }
    if (!filesOf(machine).some((file) => machine.files.exists(file))) return [none]
    const { users } = await readKubeconfig(machine)
    const ours = [...users].filter(([, members]) => askedBy(members) !== undefined)
    const lines = ours.map(([user, members]) => lineFor(machine, user, members))
    const readable = [...users].filter(([, members]) => hasSecret(members)).map(([user]) => user)
    const note: DoctorLine = {
      state: 'note',
      says: `the secrets of ${readable.length} users are readable in the kubeconfig`,
      fix: hint`credbridge import kubectl`,
    }
    return [...(lines.length === 0 ? [none] : lines), ...(readable.length === 0 ? [] : [note])]
  },
}

function lineFor(machine: Machine, user: string, members: Members): DoctorLine {
  const asked = askedBy(members)
  const fix = setupHint(user)
  const program = ourProgram(machine)
  if (asked?.command !== program) {
    return { state: 'wrong', says: `user ${user} asks another installation of credbridge`, fix }
  }
  if (!asked.isWhole) return { state: 'wrong', says: `user ${user} does not say to credbridge for which server`, fix }
  if (!mayStart(machine, program)) {
    return { state: 'wrong', says: `${kubercFile(machine)} forbids kubectl to start credbridge`, fix }
  }
  if (hasSecret(members)) {
    return { state: 'wrong', says: `user ${user} has a secret in the kubeconfig, which kubectl uses first`, fix }
  }
  return { state: 'ok', says: `kubectl asks credbridge for user ${user}` }
}

function userMeant({ currentUser }: Kubeconfig, { user }: SetupOptions): string {
  if (typeof user === 'string') return user
  if (currentUser !== undefined) return currentUser
  throw new Failure('refused', 'kubectl has no current context, so no user is meant', {
    hints: [hint`credbridge setup kubectl --user <name>`],
  })
}

/** Another way to sign in stays, and kubectl would use both or refuse both. */
function refuseOthers(user: string, members: Members): void {
  const hasOther = members['exec'] !== undefined && members['exec'] !== null && askedBy(members) === undefined
  const way = hasOther ? 'exec' : otherWayOf(members)
  if (way === undefined) return
  throw new Failure('refused', `user ${user} signs in another way: it has ${way}`, {
    hints: [
      hint`remove that from the kubeconfig, or name another user: credbridge setup kubectl --user <name>`,
      hint`then give a context that user: kubectl config set-context --current --user=<name>`,
    ],
  })
}

interface Wanted {
  readonly program: string
  readonly user: string
  readonly account: string | undefined
  /** The user asks us already, but otherwise. */
  readonly isStale: boolean
}

function asking(machine: Machine, { program, user, account, isStale }: Wanted): Change {
  const whose = account === undefined ? '' : `, for the account ${account}`
  return {
    says: `kubeconfig: user ${user} asks credbridge${whose}`,
    async apply() {
      const before = filesOf(machine).map((file) => [file, machine.files.read(file)] as const)
      // kubectl keeps what is not named: the arguments for another account, for example.
      if (isStale) editUser(machine, user, (members) => void members.delete('exec'))
      const ran = await runKubectl(machine, settingWords(program, user, account))
      if (ran.exitCode === 0) return
      for (const [file, text] of before) if (text !== undefined) machine.files.write(file, text)
      throw kubectlFailed(`kubectl could not change user ${user}`, ran)
    },
  }
}

function remarksOn(machine: Machine): readonly string[] {
  const commented = filesOf(machine).filter((file) => /^\s*#|\s#\s/m.test(machine.files.read(file) ?? ''))
  return commented.map((file) => `kubectl writes ${file} anew, without its comments`)
}
