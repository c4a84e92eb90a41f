import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { programOnPath } from './require.ts'

export interface Git {
  /** For the name of a test: `git 2.39.5`. */
  readonly name: string
  readonly program: string
  /** `http.backend`, which serves repositories over HTTP. */
  readonly backend: string
  /** Where it was built, with git's own test suite for helpers in `t`; absent for the machine's. */
  readonly built?: string
}

const cache = join(import.meta.dirname, '..', '..', '.cache')

/** The machine's git. */
export const machineGit: Git | undefined = gitAt(programOnPath('git'))

/** The newer one, which `.ci/gits` builds into .cache. */
export const newerGit: Git | undefined = newer()

function newer(): Git | undefined {
  const folder = existsSync(cache) ? readdirSync(cache).find((name) => name.startsWith('git-')) : undefined
  return folder === undefined ? undefined : gitAt(join(cache, folder, 'bin', 'git'), join(cache, folder))
}

function gitAt(program: string | undefined, built?: string): Git | undefined {
  if (program === undefined || !existsSync(program)) return undefined
  const say = (...words: string[]) => execFileSync(program, words, { encoding: 'utf8' }).trim()
  const name = say('--version').replace(' version', '')
  return {
    name,
    program,
    backend: join(say('--exec-path'), 'git-http-backend'),
    ...(built === undefined ? {} : { built }),
  }
}
