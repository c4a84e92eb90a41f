import { addressOf } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'
import { hintsFrom, programConfig } from '../git/config.ts'
import { installedCommand, installedProgram, skippedAsAbsent } from '../installed.ts'
import { throwAwayWord } from '../throw-away.ts'
import type { DoctorLine, Machine, Plan, Setup } from '../tool.ts'

const command = 'credbridge-askpass'
const key = 'core.askPass'

/** Sets `core.askPass` in the user's git configuration. What ssh starts, a variable says, which is the user's to set. */
export const askpassSetup: Setup = {
  async plan(machine): Promise<Plan> {
    const config = programConfig(machine, installedProgram(machine, 'git'), key)
    const ours = installedCommand(machine, command)
    const mine = await config.values('--global')
    const foreign = mine.find((value) => !isOurs(value))
    if (foreign !== undefined) throw otherProgram(foreign)
    const changes =
      mine.length === 1 && mine[0] === ours
        ? []
        : [...[...new Set(mine)].map((value) => config.dropping(value)), config.adding(ours)]
    return { changes, remarks: [...overruled(machine), ...aboutSsh(machine, ours)] }
  },

  async undo(machine): Promise<Plan> {
    const config = programConfig(machine, installedProgram(machine, 'git'), key)
    const mine = new Set((await config.values('--global')).filter(isOurs))
    const remarks = isOurs(machine.env['SSH_ASKPASS'] ?? '') ? [stillInProfile] : []
    return { changes: [...mine].map((value) => config.dropping(value)), remarks }
  },

  async prove(machine, whileKept): Promise<string> {
    const git = installedProgram(machine, 'git')
    const [host, password] = [`try-${throwAwayWord()}.example.com`, throwAwayWord()]
    const place = { endpoint: addressOf({ scheme: 'https', host }), account: 'try-out', owner: 'git' }
    const fill = () =>
      machine.run(git, ['-c', 'credential.helper=', 'credential', 'fill'], {
        input: `protocol=https\nhost=${host}\n`,
        env: { GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: undefined },
      })
    const found = await whileKept({ ...place, kind: 'basic', secret: new Secret(password) }, fill)
    const gone = await fill()
    if (found.stdout.includes(`username=try-out\npassword=${password}\n`) && gone.exitCode !== 0) {
      return 'git asked credbridge for a throw-away user name and its password'
    }
    throw new Failure('internal', 'git was not answered with the credential that was kept', {
      hints: [...hintsFrom(found), hint`credbridge doctor`],
    })
  },

  async check(machine): Promise<readonly DoctorLine[]> {
    const git = machine.program('git')
    const inGit = git === undefined ? skippedAsAbsent('git') : [await howGitStands(machine, git)]
    const notes = overruled(machine).map((says): DoctorLine => ({ state: 'note', says }))
    const variables = ['GIT_ASKPASS', 'SSH_ASKPASS'].flatMap((variable) => howVariableStands(machine, variable))
    return [...inGit, ...notes, ...variables]
  },
}

const stillInProfile = "SSH_ASKPASS still names credbridge: take it out of your shell's profile"

async function howGitStands(machine: Machine, git: string): Promise<DoctorLine> {
  const fix = hint`credbridge setup askpass`
  const value = (await programConfig(machine, git, key).values()).at(-1) ?? ''
  if (value === '') return { state: 'note', says: `git has no ${key}`, fix }
  if (!isOurs(value)) return { state: 'note', says: `${key} of git is ${value}` }
  if (value === machine.ownCommand(command)) return { state: 'ok', says: `${key} of git is credbridge` }
  return { state: 'wrong', says: `${key} of git is ${value}, of another installation of credbridge`, fix }
}

/** A variable of the person's own profile that names our command. */
function howVariableStands(machine: Machine, variable: string): readonly DoctorLine[] {
  const value = machine.env[variable] ?? ''
  if (!isOurs(value)) return []
  const ours = machine.ownCommand(command)
  if (value === ours) return [{ state: 'ok', says: `${variable} is credbridge` }]
  const fix = ours === undefined ? {} : { fix: hint`in your shell profile: export ${variable}=${ours}` }
  return [{ state: 'wrong', says: `${variable} is ${value}, of another installation of credbridge`, ...fix }]
}

/** gitcredentials(7): the variable goes before the configuration. */
function overruled({ env }: Machine): readonly string[] {
  const value = env['GIT_ASKPASS']
  return value === undefined || isOurs(value) ? [] : [`GIT_ASKPASS goes before ${key} and is: ${value}`]
}

function aboutSsh({ env }: Machine, ours: string): readonly string[] {
  if (env['SSH_ASKPASS'] === ours) return []
  return [hint`to have ssh ask it too, in your shell profile: export SSH_ASKPASS=${ours} SSH_ASKPASS_REQUIRE=force`]
}

function otherProgram(value: string): Failure {
  return new Failure('refused', `git asks another program for passwords: ${value === '' ? 'none' : value}`, {
    hints: [hint`to have it ask credbridge: git config --global --unset-all ${key}`],
  })
}

function isOurs(value: string): boolean {
  return /(^|[/\\])credbridge-askpass(\.exe|\.cmd|\.cjs)?$/.test(value)
}
