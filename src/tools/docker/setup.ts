import { Failure } from '../../core/failure.ts'
import { membersAt, type Path, valueAt } from '../json-text.ts'
import type { Change, Finding, Plan, Setup, SetupOptions, World } from '../tool.ts'
import { asSpelled, naming, readConfig, unnaming } from './config.ts'
import { helperOnPath, proveHelper } from './helper.ts'
import { dockerHelper } from './names.ts'
import { type Client, docker, helm } from './places.ts'
import { configKeyOf, registriesIn } from './registries.ts'

/** `credsStore` for all registries, or `credHelpers` for some; helm has a file of its own in docker's format. */
export const dockerSetup: Setup = setupOf(docker)
export const helmSetup: Setup = setupOf(helm)

function setupOf(client: Client): Setup {
  const { name } = dockerHelper
  return {
    async plan(world, chosen): Promise<Plan> {
      await helperOnPath(world, dockerHelper)
      const file = client.configFile(world)
      const text = readConfig(world, file)
      const changes = placesFor(text, chosen).flatMap((path): Change[] => {
        const before = valueAt(text, path) ?? ''
        if (before === name) return []
        if (before !== '' && chosen['replace'] !== true) throw taken(client, path, before, chosen)
        return [
          naming(world, file, path, name, `${file}: ask credbridge${path[1] === undefined ? '' : ` for ${path[1]}`}`),
        ]
      })
      return { changes, remarks: remarksOn(client, text, world) }
    },

    async undo(world, chosen): Promise<Plan> {
      const file = client.configFile(world)
      const text = readConfig(world, file)
      const helpers = asSpelled(text, ['credHelpers'])
      const all = [asSpelled(text, ['credsStore']), ...membersAt(text, helpers).map(([key]) => [...helpers, key])]
      const meant = chosen['registry'] === undefined ? all : placesFor(text, chosen)
      const ours = meant.filter((path) => valueAt(text, path) === name).reverse()
      return { changes: ours.map((path) => unnaming(world, file, path, `${file}, ${path.at(-1)}`)), remarks: [] }
    },

    prove: (world) => proveHelper(world, dockerHelper),

    async check(world): Promise<readonly Finding[]> {
      const text = readConfig(world, client.configFile(world))
      const fix = `credbridge setup ${client.name}`
      const plain = plainSecretsIn(text)
      const asked =
        valueAt(text, asSpelled(text, ['credsStore'])) === name || helpersIn(text).some(([, helper]) => helper === name)
      const findings: Finding[] = []
      if (plain > 0) {
        const says = `${plain} secrets lie readable in ${client.configFile(world)}`
        findings.push({ state: 'note', says, fix: `credbridge import ${client.name}` })
      }
      if (!asked && world.program(client.name) === undefined && text.trim() === '{}') {
        return [{ state: 'skipped', says: `${client.name} is not installed` }]
      }
      if (!asked) return [{ state: 'note', says: `${client.name} does not ask credbridge`, fix }, ...findings]
      await helperOnPath(world, dockerHelper)
      return [{ state: 'ok', says: `${client.name} asks credbridge` }, ...findings]
    },
  }
}

/** Where our name is to stand. docker looks for a registry by its host, and for Docker Hub by the whole address. */
function placesFor(text: string, { registry }: SetupOptions): readonly Path[] {
  const helpers = asSpelled(text, ['credHelpers'])
  return registriesIn(registry)?.map((at) => [...helpers, configKeyOf(at)]) ?? [asSpelled(text, ['credsStore'])]
}

function remarksOn(client: Client, text: string, world: World): string[] {
  const others = helpersIn(text).filter(([, helper]) => helper !== dockerHelper.name)
  const plain = plainSecretsIn(text)
  return [
    ...others.map(([host, helper]) => `for ${host}, ${client.name} asks ${helper} and not credbridge`),
    ...(plain > 0 ? [`${plain} secrets lie readable in this file: credbridge import ${client.name}`] : []),
    ...(world.env['DOCKER_AUTH_CONFIG'] === undefined ? [] : ['what DOCKER_AUTH_CONFIG holds goes before any helper']),
  ]
}

function helpersIn(text: string): readonly (readonly [string, unknown])[] {
  return membersAt(text, asSpelled(text, ['credHelpers']))
}

function plainSecretsIn(text: string): number {
  const auths = asSpelled(text, ['auths'])
  const holds = ([key]: readonly [string, unknown]) =>
    ['auth', 'password', 'identitytoken', 'registrytoken'].some((member) => {
      return (valueAt(text, [...auths, key, member]) ?? '') !== ''
    })
  return membersAt(text, auths).filter(holds).length
}

function taken(client: Client, path: Path, before: unknown, { registry }: SetupOptions): Failure {
  const words = Array.isArray(registry) ? ['--registry', ...registry] : []
  const only = Array.isArray(registry)
    ? []
    : [`for one registry only: credbridge setup ${client.name} --registry <host>`]
  return new Failure(
    'refused',
    `${client.name} is told to ask ${typeof before === 'string' ? before : 'something'}${path[1] === undefined ? '' : ` for ${path[1]}`}`,
    {
      hints: [`to ask credbridge instead: credbridge setup ${[client.name, ...words, '--replace'].join(' ')}`, ...only],
    },
  )
}
