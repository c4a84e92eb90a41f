import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { asksInOrder, shownProgram } from '../asked-in-order.ts'
import { installedCommand, installedProgram, skippedAsAbsent } from '../installed.ts'
import { throwAwayWord } from '../throw-away.ts'
import type { Change, DoctorLine, Machine, Plan, Setup } from '../tool.ts'
import { asked, type HelperConfig, type HelperValue, helperConfig, hintsFrom, namesOwnHelper } from './config.ts'
import { type Besides, pastUs, writersInTheClear } from './other-helpers.ts'

const command = 'git-credential-credbridge'
const key = 'credential.helper'

/** With an empty GIT_ASKPASS git starts no program that prompts: gitcredentials(7), "Requesting credentials". */
const askingNobody = { GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '' }

/**
 * Adds one value of `credential.helper` to the user's git configuration. `--only` puts an empty value before it, which
 * makes git ignore the helpers configured earlier.
 */
export const gitSetup: Setup = {
  async plan(machine, options): Promise<Plan> {
    const config = helperConfig(machine, gitOf(machine))
    const ours = await ourHelper(machine)
    const only = options['only'] === true
    const mine = await config.values('--global')
    const stale = new Set(mine.filter((value) => namesOwnHelper(value) && value !== ours))
    const changes: Change[] = [...stale].map((value) => config.dropping(value))
    const adds = !asked(mine).includes(ours) || (only && !isAlone(mine, ours))
    if (adds) {
      if (mine.includes(ours)) changes.push(config.dropping(ours))
      if (only && others(mine).at(-1) !== '') changes.push(forgetting(config))
      changes.push(config.adding(ours))
    }
    const all = await config.all()
    const past = await pastUs(config, adds ? withOurs(all, mine, ours) : all)
    const besides = only ? [] : others(asked(await config.values()))
    const remarks = besides.map((value) => `git also asks, and sends every sign-in to: ${value}`)
    const advice = besides.length > 0 ? ['to ask only credbridge: credbridge setup git --only'] : []
    return { changes, remarks: [...remarks, ...advice, ...past.map(({ says }) => says)] }
  },

  async undo(machine): Promise<Plan> {
    const config = helperConfig(machine, gitOf(machine))
    const mine = await config.values('--global')
    const changes = [...new Set(mine.filter(namesOwnHelper))].map((value) => config.dropping(value))
    const reset = mine.findIndex((value, at) => value === '' && namesOwnHelper(mine[at + 1] ?? ''))
    if (reset >= 0 && (await config.hasOurReset())) changes.push(remembering(config, mine, reset))
    return { changes, remarks: [] }
  },

  async prove(machine): Promise<string> {
    const git = gitOf(machine)
    const helper = ['-c', `${key}=`, '-c', `${key}=${await ourHelper(machine)}`]
    const host = `try-${throwAwayWord()}.example.com`
    const about = `protocol=https\nhost=${host}\nusername=try-out\n`
    const password = throwAwayWord()
    const ask = async (verb: string, input: string) =>
      await machine.run(git, [...helper, 'credential', verb], { input, env: askingNobody })
    await ask('approve', `${about}password=${password}\n`)
    const found = await ask('fill', about)
    await ask('reject', about)
    const gone = await ask('fill', about)
    if (found.stdout.includes(`password=${password}\n`) && gone.exitCode !== 0) {
      return 'git stored a throw-away credential, found it and erased it'
    }
    throw new Failure('internal', 'git did not find the credential that it had stored', {
      hints: [...hintsFrom(found), hint`credbridge doctor`],
    })
  },

  async check(machine): Promise<readonly DoctorLine[]> {
    const git = machine.program('git')
    if (git === undefined) return skippedAsAbsent('git')
    const config = helperConfig(machine, git)
    const [values, all] = [await config.values(), await config.all()]
    const lines = (state: DoctorLine['state'], found: readonly Besides[]) => found.map((one) => ({ state, ...one }))
    return [
      howItStands(values, await ourHelper(machine)),
      ...lines('wrong', await writersInTheClear(config, all)),
      ...lines('note', await pastUs(config, all)),
    ]
  },
}

function howItStands(values: readonly string[], ours: string): DoctorLine {
  const fix = hint`credbridge setup git`
  const installed = values.filter(namesOwnHelper)
  if (installed.length === 0) return { state: 'note', says: 'git does not ask credbridge', fix }
  const inUse = asked(values).filter(namesOwnHelper)
  if (inUse.includes(ours)) {
    const shown = asked(values).map((value) => (namesOwnHelper(value) ? 'credbridge' : shownProgram(value)))
    return { state: 'ok', says: asksInOrder('git', shown) }
  }
  const says =
    inUse.length === 0
      ? 'git does not ask credbridge: an empty credential.helper comes after it'
      : `git asks ${inUse.join(' and ')}, another installation of credbridge`
  return { state: 'wrong', says, fix }
}

/** All values once ours is added: git puts it after the others of this key in the user's file, or at the end. */
function withOurs(all: readonly HelperValue[], mine: readonly string[], ours: string): readonly HelperValue[] {
  const left = all.filter(({ url, value }) => url !== undefined || !namesOwnHelper(value))
  const at = others(mine).length === 0 ? left.length : left.findLastIndex(({ url }) => url === undefined) + 1
  return left.toSpliced(at, 0, { value: ours })
}

function others(values: readonly string[]): readonly string[] {
  return values.filter((value) => !namesOwnHelper(value))
}

function isAlone(mine: readonly string[], ours: string): boolean {
  return mine.includes('') && asked(mine).join() === ours
}

function forgetting(config: HelperConfig): Change {
  const { says, apply } = config.adding('', 'git: ignore the helpers configured earlier')
  return {
    says,
    async apply() {
      await apply()
      await config.markOurReset(true)
    },
  }
}

/** Removes the empty value at this index and no other. */
function remembering(config: HelperConfig, mine: readonly string[], reset: number): Change {
  const says = 'git: ask the helpers configured earlier again'
  const left = mine.filter((value, at) => at !== reset && !namesOwnHelper(value))
  const { apply } = left.includes('') ? config.replacing(left, says) : config.dropping('', says)
  return {
    says,
    async apply() {
      await apply()
      await config.markOurReset(false)
    },
  }
}

function gitOf(machine: Machine): string {
  return installedProgram(machine, 'git')
}

/** The absolute path of our helper, which needs no PATH. Special characters are escaped: git passes it to a shell. */
async function ourHelper(machine: Machine): Promise<string> {
  const path = installedCommand(machine, command)
  const forShell = machine.platform === 'win32' ? path.replaceAll('\\', '/') : path
  return forShell.replace(/[^A-Za-z0-9_./:@%+=,-]/g, (character) => `\\${character}`)
}
