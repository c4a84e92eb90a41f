import type { Address } from '../../core/endpoint.ts'
import { asFailure, Failure } from '../../core/failure.ts'
import { valueAt } from '../json-text.ts'
import type { PlainSecret, World } from '../tool.ts'
import { type Found, secretsInFile } from './auths.ts'
import { asSpelled, helperIn, membersOf } from './config.ts'
import { commandOf, dockerHelper } from './names.ts'
import { secretsInHelper } from './other-helper.ts'
import type { Client } from './places.ts'
import { configKeyOf } from './registries.ts'

/** A configuration before and after setup. */
export interface Change {
  readonly before: string
  readonly after: string
}

/** These make passwords that end within hours: a copy of one would only fail later. */
const minting = ['ecr-login', 'gcloud', 'gcr', 'acr-env', 'acr-login']

/**
 * The sign-ins that a client does not find any more once it asks credbridge: those that lie in the file itself are to be
 * moved, those that a helper keeps are to be copied, so that undo gives them back.
 */
export async function unreachable(world: World, client: Client, { before, after }: Change): Promise<Found> {
  const isOurs = ownedBy(after, dockerHelper.name)
  const inFile = secretsInFile(world, client.configFile(world), client.name)
  const isForAll = valueAt(after, asSpelled(after, ['credsStore'])) === dockerHelper.name
  const remarks = isForAll ? [...inFile.remarks] : []
  const copied = new Map<string, PlainSecret>()
  for (const former of formerHelpers(before, after)) {
    const kept = await keptBy(world, former)
    const wasAsked = ownedBy(before, former)
    for (const secret of kept.secrets) {
      const at = addressOf(secret)
      if (at !== undefined && wasAsked(at) && isOurs(at) && !copied.has(at.key)) copied.set(at.key, secret)
    }
    remarks.push(...kept.remarks)
  }
  // A helper goes before the file: docker/cli, cli/config/credentials/native_store.go.
  return { secrets: [...copied.values(), ...inFile.secrets.filter((secret) => isOurs(addressOf(secret)))], remarks }
}

/** Whether this helper is asked for a registry. */
export function ownedBy(text: string, helper: string): (at: Address | undefined) => boolean {
  const asks = helperIn(text)
  return (at) => at !== undefined && asks(configKeyOf(at)) === helper
}

export function addressOf({ credential: { endpoint } }: PlainSecret): Address | undefined {
  return endpoint.form === 'address' ? endpoint : undefined
}

async function keptBy(world: World, helper: string): Promise<Found> {
  const nothing = (why: string): Found => ({ secrets: [], remarks: [`${commandOf(helper)} ${why}`] })
  if (minting.includes(helper)) return nothing('makes passwords that end soon: none of them is taken over')
  const program = world.program(commandOf(helper))
  if (program === undefined) return nothing('is not on PATH: nothing is taken over from it')
  if (world.isOurs(program)) return { secrets: [], remarks: [] }
  try {
    return await secretsInHelper(world, helper, 'copy')
  } catch (error) {
    const { code, message, hints } = asFailure(error)
    throw new Failure(code, message, { hints: [...hints, 'to go on without its sign-ins, add --no-import'] })
  }
}

/** The helpers in whose place credbridge is asked. */
function formerHelpers(before: string, after: string): readonly string[] {
  const [was, is] = [helperIn(before), helperIn(after)]
  const servers = membersOf(after, 'credHelpers').map(({ name }) => name)
  const replaced = [noServer, ...servers].filter((server) => is(server) === dockerHelper.name).map(was)
  const others = replaced.filter(
    (helper) => typeof helper === 'string' && helper !== '' && helper !== dockerHelper.name,
  )
  return [...new Set(others as readonly string[])]
}

/** No entry of `credHelpers` is for this: it tells `credsStore`. */
const noServer = ''
