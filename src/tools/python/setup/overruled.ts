import { join } from 'node:path'
import type { Machine } from '../../tool.ts'
import { absolute } from '../places.ts'

/** A remark if an environment variable overrules what setup writes. */
export function overruled({ env }: Machine, variable: string, wanted: string): readonly string[] {
  const chosen = env[variable]
  return chosen === undefined || chosen === wanted ? [] : [`${variable} is set to ${chosen}, which takes precedence`]
}

/** A remark if there is a netrc file: pip and uv ask a keyring only for hosts that are not in it. */
export function netrc({ env, home, files }: Machine): readonly string[] {
  const file = absolute(env['NETRC']) ?? join(home, '.netrc')
  return files.exists(file) ? [`${file} takes precedence over any keyring for the hosts in it`] : []
}
