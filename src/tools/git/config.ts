import { basename } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { type Hint, linesSaidBy } from '../../core/hint.ts'
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

/** The values of `credential.helper`. */
export interface HelperConfig extends ProgramConfig {
  /** The values that apply to one server only, by its URL. */
  ofServers(): Promise<ReadonlyMap<string, readonly string[]>>
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
    async ofServers() {
      const servers = new Map<string, string[]>()
      for (const entry of await read('--get-regexp', '^credential\\..+\\.helper$')) {
        const [name = '', value = ''] = entry.split('\n', 2)
        const url = name.slice('credential.'.length, -'.helper'.length)
        servers.set(url, [...(servers.get(url) ?? []), value])
      }
      return servers
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
