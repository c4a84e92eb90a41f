import { Failure } from '../../core/failure.ts'
import { type Hint, linesSaidBy } from '../../core/hint.ts'
import type { Ran } from '../../core/program.ts'
import type { Change, Machine } from '../tool.ts'

/** The values of `credential.helper` in git's configuration, read and changed through git itself. */
export interface HelperConfig {
  /** The values in effect, or with `--global` those of the user's own file. */
  values(...where: '--global'[]): Promise<readonly string[]>
  /** The values that apply to one server only, by its URL. */
  ofServers(): Promise<ReadonlyMap<string, readonly string[]>>
  adding(value: string, says?: string): Change
  /** Removes all values that are equal to this one. */
  dropping(value: string, says?: string): Change
  /** Replaces all values by these, in this order. */
  replacing(values: readonly string[], says: string): Change
  /** Whether setup added the empty value before ours. An empty value of the user's must stay. */
  hasOurReset(): Promise<boolean>
  markOurReset(is: boolean): Promise<void>
}

const key = 'credential.helper'
const mark = 'credbridge.only'

export function helperConfig(machine: Machine, git: string): HelperConfig {
  const read = async (...words: string[]) => {
    const ran = await machine.run(git, ['config', '--null', ...words])
    return ran.stdout === '' ? [] : ran.stdout.split('\0').slice(0, -1)
  }

  async function write(...words: readonly string[]): Promise<void> {
    const ran = await machine.run(git, ['config', '--global', ...words])
    if (ran.exitCode === 0) return
    throw new Failure('refused', 'git could not change its configuration', { hints: hintsFrom(ran) })
  }

  async function ofServers(): Promise<ReadonlyMap<string, readonly string[]>> {
    const servers = new Map<string, string[]>()
    for (const entry of await read('--get-regexp', '^credential\\..+\\.helper$')) {
      const [name = '', value = ''] = entry.split('\n', 2)
      const url = name.slice('credential.'.length, -'.helper'.length)
      servers.set(url, [...(servers.get(url) ?? []), value])
    }
    return servers
  }

  return {
    values: (...where) => read(...where, '--get-all', key),
    ofServers,
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
    hasOurReset: async () => (await read('--global', '--get-all', mark)).includes('true'),
    markOurReset: (is) => (is ? write(mark, 'true') : write('--unset-all', mark)),
  }
}

/** The first lines of git's error output, as hints. */
export function hintsFrom({ stderr }: Ran): readonly Hint[] {
  return linesSaidBy('git', stderr)
}
