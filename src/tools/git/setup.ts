import { Failure } from '../../core/failure.ts'
import type { Ran } from '../../core/program.ts'
import type { Change, Finding, Plan, Setup, World } from '../tool.ts'

const command = 'git-credential-credbridge'
const key = 'credential.helper'

/** An empty GIT_ASKPASS keeps git from all programs that would ask: gitcredentials(7), "Requesting credentials". */
const askingNobody = { GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '' }

/**
 * git's own configuration, through git itself: one value of `credential.helper` in the user's file. With `--only` an
 * empty value stands before it, which makes git forget the helpers that were named earlier.
 */
export const gitSetup: Setup = {
  options: [{ flags: '--only', says: 'ask no helper that is configured before credbridge' }],

  async plan(world, options): Promise<Plan> {
    const git = gitOf(world)
    const ours = await ourHelper(world)
    const mine = await values(world, git, '--global')
    const others = (await values(world, git)).filter((value) => value !== '' && !isOurs(value))
    const stale = mine.filter((value) => isOurs(value) && value !== ours)
    const changes: Change[] = stale.map((value) => dropping(world, git, value))
    if (!mine.includes(ours)) {
      if (options['only'] === true) changes.push(adding(world, git, ''))
      changes.push(adding(world, git, ours))
    }
    const remarks = others.map((value) => `git also asks, and tells every sign-in to: ${value}`)
    const advice =
      others.length > 0 && options['only'] !== true ? ['to ask credbridge alone: credbridge setup git --only'] : []
    return { changes, remarks: [...remarks, ...advice] }
  },

  async undo(world): Promise<Plan> {
    const git = gitOf(world)
    const mine = await values(world, git, '--global')
    const changes = mine.filter(isOurs).map((value) => dropping(world, git, value))
    const reset = mine.some((value, at) => value === '' && isOurs(mine[at + 1] ?? ''))
    return { changes: reset ? [...changes, dropping(world, git, '')] : changes, remarks: [] }
  },

  async prove(world): Promise<string> {
    const git = gitOf(world)
    const helper = ['-c', `${key}=`, '-c', `${key}=${await ourHelper(world)}`]
    const host = `try-${Math.random().toString(36).slice(2)}.example.com`
    const about = `protocol=https\nhost=${host}\nusername=try-out\n`
    const password = Math.random().toString(36).slice(2)
    const ask = async (verb: string, input: string) =>
      await world.run(git, [...helper, 'credential', verb], { input, env: askingNobody })
    await ask('approve', `${about}password=${password}\n`)
    const found = await ask('fill', about)
    await ask('reject', about)
    const gone = await ask('fill', about)
    if (found.stdout.includes(`password=${password}\n`) && gone.exitCode !== 0) {
      return 'git kept a throw-away credential, found it again and forgot it'
    }
    throw new Failure('internal', 'git did not find again what it had stored', {
      hints: [...hintsFrom(found), 'credbridge doctor'],
    })
  },

  async check(world): Promise<readonly Finding[]> {
    const git = world.program('git')
    if (git === undefined) return [{ state: 'skipped', says: 'git is not installed' }]
    const ours = (await values(world, git)).filter(isOurs)
    if (ours.length === 0) return [{ state: 'note', says: 'git does not ask credbridge', fix: 'credbridge setup git' }]
    const current = await ourHelper(world)
    if (ours.includes(current)) return [{ state: 'ok', says: 'git asks credbridge' }]
    return [
      { state: 'wrong', says: `git asks ${ours.join(' and ')}, which is not this one`, fix: 'credbridge setup git' },
    ]
  },
}

function gitOf(world: World): string {
  const git = world.program('git')
  if (git === undefined) throw new Failure('unavailable', 'git is not installed', { hints: ['install git first'] })
  return git
}

/** The value that git hands to a shell: an absolute path, special characters escaped, so that no PATH decides. */
async function ourHelper(world: World): Promise<string> {
  const path = world.ours(command)
  if (path === undefined) {
    throw new Failure('unavailable', `${command} is not installed or cannot be run`, { hints: ['install credbridge'] })
  }
  const forShell = world.platform === 'win32' ? path.replaceAll('\\', '/') : path
  return forShell.replace(/[^A-Za-z0-9_./:@%+=,-]/g, (character) => `\\${character}`)
}

function isOurs(value: string): boolean {
  return value === 'credbridge' || /(^|[/\\])git-credential-credbridge(\.exe|\.cjs)?$/.test(value)
}

async function values(world: World, git: string, ...where: string[]): Promise<readonly string[]> {
  const ran = await world.run(git, ['config', ...where, '--null', '--get-all', key])
  return ran.stdout === '' ? [] : ran.stdout.split('\0').slice(0, -1)
}

function adding(world: World, git: string, value: string): Change {
  const says = value === '' ? 'git: forget the helpers configured earlier' : `git: ask ${value}`
  return { says, apply: () => config(world, git, ['--add', key, value]) }
}

function dropping(world: World, git: string, value: string): Change {
  const says = value === '' ? 'git: remember the helpers configured earlier' : `git: no longer ask ${value}`
  const pattern = `^${value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`
  return { says, apply: () => config(world, git, ['--unset-all', key, pattern]) }
}

async function config(world: World, git: string, words: readonly string[]): Promise<void> {
  const ran = await world.run(git, ['config', '--global', ...words])
  if (ran.exitCode !== 0) throw new Failure('refused', 'git did not take the configuration', { hints: hintsFrom(ran) })
}

function hintsFrom(ran: Ran): string[] {
  return ran.stderr
    .split('\n')
    .filter((line) => line !== '')
    .slice(0, 5)
    .map((line) => `git says: ${line}`)
}
