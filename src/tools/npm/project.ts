import { dirname, join, resolve } from 'node:path'
import { type Endpoint, hostAndPort } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import type { World } from '../tool.ts'
import { variablesIn } from './npmrc.ts'

/*
 * A project's own files may be a stranger's. They are data: they choose among the hosts that the user has enabled and do
 * nothing else. What would carry a secret elsewhere is refused by file and line before the manager starts. The manager
 * reads fewer of these files than we do; that is on the safe side.
 */

/** One line of a project's file that says something. */
export interface Said {
  readonly file: string
  readonly line: number
  readonly text: string
  /** The setting's name and value, as far as the file's form has them. */
  readonly key?: string
  readonly value?: string
  /** `host[:port]` of the registry that it is about; empty for the default one, which the project does not name. */
  readonly about?: string
}

/** The files of this name in the working directory, above it and in folders that the words name; never the user's own. */
export function projectFiles(
  { folder, files }: World,
  name: string,
  own: readonly string[],
  named: readonly string[] = [],
): readonly { readonly file: string; readonly text: string }[] {
  const folders = [...new Set([...named.map((one) => resolve(folder, one)), ...upwards(folder)])]
  return folders
    .map((one) => join(one, name))
    .filter((file) => !own.includes(file))
    .flatMap((file) => {
      const text = files.readStrange(file)
      return text === undefined ? [] : [{ file, text }]
    })
}

function upwards(folder: string): readonly string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...upwards(above)]
}

/**
 * Refuses a line that asks for a variable of ours or one that hands npm a setting of another host: what it says next
 * would travel there. A variable that a person named may stand at its own endpoint only.
 */
export function refuseReferences(said: readonly Said[], named: ReadonlyMap<string, Endpoint>): void {
  for (const line of said) {
    const { text, key = '', value = '' } = line
    for (const name of [text, key, value].flatMap(variablesIn)) {
      if (/^(npm_config_\/\/|credbridge)/i.test(name)) {
        throw refused(line, 'asks for a credential by the name of its variable')
      }
      const endpoint = named.get(plainName(name))
      if (endpoint !== undefined && !['', hostOf(endpoint)].includes(line.about ?? 'elsewhere')) {
        throw refused(line, `uses a variable that was set for ${endpoint.key}, elsewhere`)
      }
    }
  }
}

/** `NAME?` and `NAME-other` are NAME. */
function plainName(name: string): string {
  return name.replace(/(\?|:?-.*)$/s, '')
}

function hostOf(endpoint: Endpoint): string {
  return endpoint.form === 'address' ? hostAndPort(endpoint) : ''
}

/** The project's line, and what it would do. */
export function refused(line: { file: string; line: number }, does: string): Failure {
  return new Failure('refused', `${line.file}, line ${line.line}: ${does}`, {
    hints: ['take the line out, or move it to your own configuration if you trust it'],
  })
}
