import { join, resolve } from 'node:path'
import { readIni } from '../python/plain/ini.ts'
import type { Machine } from '../tool.ts'

/*
 * The two files of AWS's programs, which botocore reads with Python's configparser:
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */

export interface AwsFiles {
  /** Sections `[default]` and `[profile <name>]`. */
  readonly config: string
  /** Sections `[<name>]`. */
  readonly credentials: string
}

export function awsFiles({ env, home, workingFolder }: Machine): AwsFiles {
  const named = (variable: string, usual: string) => {
    const path = env[variable] ?? ''
    if (path === '') return join(home, '.aws', usual)
    return path.startsWith('~/') ? join(home, path.slice(2)) : resolve(workingFolder, path)
  }
  return {
    config: named('AWS_CONFIG_FILE', 'config'),
    credentials: named('AWS_SHARED_CREDENTIALS_FILE', 'credentials'),
  }
}

/** A section of one of the files that is a profile's. */
export interface ProfileSection {
  readonly file: string
  /** As between the brackets. */
  readonly section: string
  readonly profile: string
  /** The options by their names in lower case. */
  readonly options: ReadonlyMap<string, string>
}

/** The profiles in a file. Sections of other kinds (`[sso-session …]`) are left out. */
export function profilesIn(machine: Machine, file: string): readonly ProfileSection[] {
  const isConfig = file === awsFiles(machine).config
  const sections = new Map<string, Map<string, string>>()
  for (const { section, name, value } of readIni(machine.files.read(file) ?? '')) {
    const options = sections.get(section) ?? new Map<string, string>()
    options.set(name, value.join('\n'))
    sections.set(section, options)
  }
  return [...sections].flatMap(([section, options]) => {
    const profile = isConfig ? profileOf(section) : section
    return profile === undefined ? [] : [{ file, section, profile, options }]
  })
}

function profileOf(section: string): string | undefined {
  if (section === 'default') return section
  return /^profile\s+(?:"([^"]+)"|'([^']+)'|(\S+))$/
    .exec(section)
    ?.slice(1)
    .find((name) => name !== undefined)
}
