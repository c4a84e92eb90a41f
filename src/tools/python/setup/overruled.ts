import { join } from 'node:path'
import type { Machine } from '../../tool.ts'
import { absolute } from '../places.ts'

/** What a variable of the environment says instead of what setup writes: remarks, none if it agrees. */
export function overruled({ env }: Machine, variable: string, wanted: string): readonly string[] {
  const chosen = env[variable]
  return chosen === undefined || chosen === wanted ? [] : [`${variable} is set to ${chosen}, which goes before this`]
}

/** pip and uv ask a keyring only for hosts that are not in this file of everybody's passwords: a remark where there is one. */
export function netrc({ env, home, files }: Machine): readonly string[] {
  const file = absolute(env['NETRC']) ?? join(home, '.netrc')
  return files.exists(file) ? [`what ${file} says for a host goes before any keyring`] : []
}
