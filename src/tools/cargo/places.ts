import { isAbsolute, join } from 'node:path'
import type { Machine } from '../tool.ts'

/** What of the machine decides where cargo's own files are. */
export type Home = Pick<Machine, 'env' | 'home' | 'files'>

/** The person's own configuration of cargo. `undefined`: it would be in the working directory. */
export function configFile(home: Home): string | undefined {
  return fileIn(home, 'config')
}

/** Where cargo writes tokens in plain text. */
export function credentialsFile(home: Home): string | undefined {
  return fileIn(home, 'credentials')
}

/** cargo prefers the name without extension, if both are there. */
function fileIn({ env, home, files }: Home, name: string): string | undefined {
  const named = env['CARGO_HOME'] ?? ''
  const folder = named === '' ? join(home, '.cargo') : named
  if (!isAbsolute(folder)) return undefined
  const old = join(folder, name)
  return files.exists(old) ? old : `${old}.toml`
}
