import { resolve } from 'node:path'
import { stringify } from 'smol-toml'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { isFolderPath } from '../folder-path.ts'
import type { OpenbaoSettings, Preparation, PreparationContext } from '../store-type.ts'
import { originOf, variable } from './server.ts'

/**
 * What `credbridge use openbao` was told about the server. It asks for the address if nothing names it, and keeps what
 * is new in a table of the settings file.
 */
export async function prepare(
  context: PreparationContext,
  options: Readonly<Record<string, unknown>>,
): Promise<Preparation> {
  const { settings, settingsFile, machine, terminal } = context
  const { files, env } = machine
  const before = settings.openbao
  const given = givenIn(options, machine.workingFolder)
  const isNamed = [given.address, before?.address, variable(env, 'ADDR')].some((one) => one !== undefined)
  if (!isNamed && terminal.inIsTerminal) given.address = originOf(await terminal.ask('Address of the OpenBao server'))
  const changed = before !== undefined && differences(before, given)
  if (changed !== false && changed.length > 0) {
    throw new Failure('refused', `the settings file has another ${changed[0]} of the OpenBao server`, {
      hints: [hint`correct the table openbao in ${settingsFile}`],
    })
  }
  const isNew = before === undefined && Object.keys(given).length > 0
  const openbao = isNew ? given : before
  return {
    settings: { ...settings, openbao },
    keep() {
      if (!isNew) return
      const text = files.read(settingsFile) ?? ''
      const table = stringify({ openbao: tableOf(given) })
      files.write(
        settingsFile,
        `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${text === '' ? '' : '\n'}${table}`,
      )
    },
  }
}

type Given = { -readonly [Key in keyof OpenbaoSettings]: OpenbaoSettings[Key] }

function givenIn(options: Readonly<Record<string, unknown>>, workingFolder: string): Given {
  const { address, mount, namespace, caFile, place } = options
  const given: Given = {}
  if (typeof address === 'string') given.address = originOf(address)
  if (typeof mount === 'string') given.mount = folderIn(mount, '--mount')
  if (typeof namespace === 'string') given.namespace = folderIn(namespace, '--namespace')
  if (typeof caFile === 'string') given.caFile = resolve(workingFolder, caFile)
  if (Array.isArray(place)) given.places = place.map((one) => folderIn(`${one}`, '--place'))
  return given
}

function folderIn(text: string, option: string): string {
  const path = text.replace(/^\/+|\/+$/g, '')
  if (isFolderPath(path)) return path
  throw new Failure('malformed', `${option} must be names between slashes, as in teams/platform`)
}

function differences(before: OpenbaoSettings, given: OpenbaoSettings): readonly string[] {
  const keys = Object.keys(given) as (keyof OpenbaoSettings)[]
  return keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(given[key])).map((key) => names[key])
}

const names: Readonly<Record<keyof OpenbaoSettings, string>> = {
  address: 'address',
  nodes: 'nodes',
  namespace: 'namespace',
  mount: 'mount',
  caFile: 'ca-file',
  places: 'places',
  writable: 'writable',
  cache: 'cache',
}

function tableOf(given: OpenbaoSettings): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [names[key as keyof OpenbaoSettings], value]))
}
