import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { notInstalled } from '../installed.ts'
import { type Path, valueAt, withValues } from '../json-text.ts'
import type { Change, Machine, Plan, Setup, SetupOptions } from '../tool.ts'
import { checkClient } from './check.ts'
import { asSpelled, membersOf, readConfig } from './config.ts'
import { helperOnPath, proveHelper } from './helper.ts'
import { isInstalled } from './installed.ts'
import { dockerHelper } from './names.ts'
import { naming, unnaming } from './naming.ts'
import { type Client, docker, helm } from './places.ts'
import { configKeyOf, registriesIn } from './registries.ts'
import { unreachable } from './unreachable.ts'

const { name } = dockerHelper

/** Writes `credsStore` for all registries, or `credHelpers` for some. helm has a separate file in docker's format. */
export const dockerSetup: Setup = setupOf(docker)
export const helmSetup: Setup = setupOf(helm)

function setupOf(client: Client): Setup {
  return {
    async plan(machine, chosen): Promise<Plan> {
      await helperOnPath(machine, dockerHelper)
      const file = client.configFile(machine)
      const before = readConfig(machine, file)
      if (!isInstalled(machine, client, before)) throw notInstalled(client.name)
      const paths = placesFor(before, chosen).filter((path) => valueAt(before, path) !== name)
      for (const path of paths) refuseOther(client, path, valueAt(before, path), chosen)
      const changes = paths.map((path): Change => {
        const about = path[1] === undefined ? '' : ` for ${path[1]}`
        return naming(machine, file, path, name, `${file}: ask credbridge${about}`)
      })
      const after = withValues(
        before,
        paths.map((path) => [path, name]),
      )
      const others = remarksOn(client, after, machine)
      if (chosen['import'] === false) return { changes, remarks: others }
      const { secrets, remarks } = await unreachable(machine, client, { before, after })
      return { changes, remarks: [...others, ...remarks], signIns: secrets }
    },

    async undo(machine, chosen): Promise<Plan> {
      const file = client.configFile(machine)
      const text = readConfig(machine, file)
      const all = [asSpelled(text, ['credsStore']), ...membersOf(text, 'credHelpers').map(({ path }) => path)]
      const meant = chosen['registry'] === undefined ? all : placesFor(text, chosen)
      const ours = meant.filter((path) => valueAt(text, path) === name).reverse()
      return { changes: ours.map((path) => unnaming(machine, file, path, `${file}, ${path.at(-1)}`)), remarks: [] }
    },

    prove: (machine) => proveHelper(machine, dockerHelper),
    check: (machine) => checkClient(machine, client),
  }
}

/** The paths for our name. docker looks for a registry by its host, and for Docker Hub by its whole address. */
function placesFor(text: string, { registry }: SetupOptions): readonly Path[] {
  const helpers = asSpelled(text, ['credHelpers'])
  return registriesIn(registry)?.map((at) => [...helpers, configKeyOf(at)]) ?? [asSpelled(text, ['credsStore'])]
}

function remarksOn(client: Client, text: string, machine: Machine): string[] {
  const others = membersOf(text, 'credHelpers').filter(({ value }) => value !== name)
  return [
    ...others.map(({ name: host, value }) => `for ${host}, ${client.name} asks ${value} and not credbridge`),
    ...(machine.env['DOCKER_AUTH_CONFIG'] === undefined ? [] : ['DOCKER_AUTH_CONFIG takes precedence over any helper']),
  ]
}

function refuseOther(client: Client, path: Path, before: unknown, { registry, replace }: SetupOptions): void {
  if ((before ?? '') === '' || replace === true) return
  const words = Array.isArray(registry) ? ['--registry', ...registry] : []
  const only = Array.isArray(registry)
    ? []
    : [hint`for one registry only: credbridge setup ${client.name} --registry <host>`]
  const other = typeof before === 'string' ? before : 'something'
  throw new Failure(
    'refused',
    `${client.name} is configured to ask ${other}${path[1] === undefined ? '' : ` for ${path[1]}`}`,
    {
      hints: [hint`to ask credbridge instead: credbridge setup ${[client.name, ...words, '--replace']}`, ...only],
    },
  )
}
