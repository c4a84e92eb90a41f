import { basename } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { type Hint, hint, linesSaidBy } from '../../core/hint.ts'
import type { Ran } from '../../core/program.ts'
import type { Change, Machine } from '../tool.ts'

/** The values of a key in git's configuration that name programs, read and changed through git itself. */
export interface ProgramConfig {
  /** The values in effect, or with `--global` those of the user's own file. */
  values(...where: '--global'[]): Promise<readonly string[]>
  adding(value: string, says?: string): Change
  /** Removes all values that are equal to this one. */
  dropping(value: string, says?: string): Change
  /** Replaces all values by these, in this order. */
  replacing(values: readonly string[], says: string): Change
}

/** A value of `credential.helper`, or of `credential.<url>.helper` for the servers of one URL. */
export interface HelperValue {
  readonly url?: string
  readonly value: string
}

/** The values of `credential.helper`. */
export interface HelperConfig extends ProgramConfig {
  /** All values in effect, in git's order, also those for one URL only. */
  all(): Promise<readonly HelperValue[]>
  /** The command that removes the values for this URL from the file that has them. */
  unsetting(url: string): Promise<Hint>
  /** Whether setup added the empty value before ours. An empty value of the user's must stay. */
  hasOurReset(): Promise<boolean>
  markOurReset(is: boolean): Promise<void>
}

const key = 'credential.helper'
const mark = 'credbridge.only'

export function programConfig(machine: Machine, git: string, key: string): ProgramConfig {
  const write = writeIn(machine, git)
  return {
    values: (...where) => readIn(machine, git, ...where, '--get-all', key),
    adding: (value, says = `git: ask ${value}`) => ({ says, apply: () => write('--add', key, value) }),
    dropping: (value, says = `git: no longer ask ${value}`) => ({
      says,
      apply: () => write('--unset-all', key, `^${value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`),
    }),
    replacing: (values, says) => ({
      says,
      async apply() {
        await write('--unset-all', key)
        for (const value of values) await write('--add', key, value)
      },
    }),
  }
}

export function helperConfig(machine: Machine, git: string): HelperConfig {
  const write = writeIn(machine, git)
  const read = (...words: string[]) => readIn(machine, git, ...words)
  return {
    ...programConfig(machine, git, key),
    async all() {
      return (await read('--get-regexp', '^credential\\.(.+\\.)?helper$')).map((entry) => {
        const [name = '', value = ''] = entry.split('\n', 2)
        const url = name.slice('credential.'.length, -'.helper'.length)
        return url === '' ? { value } : { url, value }
      })
    },
    async unsetting(url) {
      const name = `credential.${url}.helper`
      if ((await read('--global', '--get-all', name)).length > 0) return hint`git config --global --unset-all ${name}`
      const [origin = ''] = await read('--show-origin', '--get-all', name)
      if (!origin.startsWith('file:')) return hint`git config --show-origin --get-all ${name}`
      return hint`git config --file ${origin.slice('file:'.length)} --unset-all ${name}`
    },
    hasOurReset: async () => (await read('--global', '--get-all', mark)).includes('true'),
    markOurReset: (is) => (is ? write(mark, 'true') : write('--unset-all', mark)),
  }
}

/** The helpers that git asks. An empty value cancels those before it. */
export function asked(values: readonly string[]): readonly string[] {
  return values.slice(values.lastIndexOf('') + 1)
}

/** How the programs of git's helpers begin: gitcredentials(7), "Custom helpers". */
export const helperPrefix = 'git-credential-'

/** The name of the helper that a value without options names, by its name or its path. */
export function helperName(value: string): string {
  const name = basename(value).replace(/\.exe$/, '')
  return name.startsWith(helperPrefix) ? name.slice(helperPrefix.length) : name
}

/** git-credential-store(1), with or without options. */
export function isPlainStore(value: string): boolean {
  return /^([^!]*[/\\])?(git-credential-)?store(\.exe)?( |$)/.test(value)
}

/** Whether this value names our own helper, of this or another installation. */
export function namesOwnHelper(value: string): boolean {
  return value === 'credbridge' || /(^|[/\\])git-credential-credbridge(\.exe|\.cjs)?$/.test(value)
}

async function readIn(machine: Machine, git: string, ...words: string[]): Promise<readonly string[]> {
  const ran = await machine.run(git, ['config', '--null', ...words])
  return ran.stdout === '' ? [] : ran.stdout.split('\0').slice(0, -1)
}

function writeIn(machine: Machine, git: string): (...words: readonly string[]) => Promise<void> {
  return async (...words) => {
    const ran = await machine.run(git, ['config', '--global', ...words])
    if (ran.exitCode === 0) return
    throw new Failure('refused', 'git could not change its configuration', { hints: hintsFrom(ran) })
  }
}

/** The first lines of git's error output, as hints. */
export function hintsFrom({ stderr }: Ran): readonly Hint[] {
  return linesSaidBy('git', stderr)
}
