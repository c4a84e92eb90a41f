import type { Address } from '../../core/endpoint.ts'
import { asFailure, Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { valueAt } from '../json-text.ts'
import type { FoundSecrets, Machine, PlainSecret } from '../tool.ts'
import { secretsInFile } from './auths.ts'
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

/** These helpers create passwords that expire within hours, so a copy would soon fail. */
const minting = ['ecr-login', 'gcloud', 'gcr', 'acr-env', 'acr-login']

/**
 * The sign-ins that a client no longer finds once it asks credbridge. Those in the file are to be moved. Those in a
 * helper are to be copied, so that they are still there after undo.
 */
export async function unreachable(machine: Machine, client: Client, { before, after }: Change): Promise<FoundSecrets> {
  const asksCredbridge = ownedBy(after, dockerHelper.name)
  const inFile = secretsInFile(machine, client.configFile(machine), client.name)
  const isForAll = valueAt(after, asSpelled(after, ['credsStore'])) === dockerHelper.name
  const remarks = isForAll ? [...inFile.remarks] : []
  const copied = new Map<string, PlainSecret>()
  for (const former of formerHelpers(before, after)) {
    const kept = await keptBy(machine, former)
    const wasAsked = ownedBy(before, former)
    for (const secret of kept.secrets) {
      const at = addressOf(secret)
      if (at !== undefined && wasAsked(at) && asksCredbridge(at) && !copied.has(at.key)) copied.set(at.key, secret)
    }
    remarks.push(...kept.remarks)
  }
  // A helper takes precedence over the file: docker/cli, cli/config/credentials/native_store.go.
  return {
    secrets: [...copied.values(), ...inFile.secrets.filter((secret) => asksCredbridge(addressOf(secret)))],
    remarks,
  }
}

/** Returns whether this helper is asked for a registry. */
export function ownedBy(text: string, helper: string): (at: Address | undefined) => boolean {
  const asks = helperIn(text)
  return (at) => at !== undefined && asks(configKeyOf(at)) === helper
}

export function addressOf({ credential: { endpoint } }: PlainSecret): Address | undefined {
  return endpoint.form === 'address' ? endpoint : undefined
}

async function keptBy(machine: Machine, helper: string): Promise<FoundSecrets> {
  const nothing = (why: string): FoundSecrets => ({ secrets: [], remarks: [`${commandOf(helper)} ${why}`] })
  if (minting.includes(helper)) return nothing('creates short-lived passwords: none is imported')
  const program = machine.program(commandOf(helper))
  if (program === undefined) return nothing('is not on PATH: nothing is imported from it')
  if (machine.isOwnProgram(program)) return { secrets: [], remarks: [] }
  try {
    return await secretsInHelper(machine, helper, 'copy')
  } catch (error) {
    const { code, message, hints } = asFailure(error)
    throw new Failure(code, message, { hints: [...hints, hint`to go on without its sign-ins, add --no-import`] })
  }
}

/** The helpers that credbridge replaces. */
function formerHelpers(before: string, after: string): readonly string[] {
  const [was, is] = [helperIn(before), helperIn(after)]
  const servers = membersOf(after, 'credHelpers').map(({ name }) => name)
  const replaced = [noServer, ...servers].filter((server) => is(server) === dockerHelper.name).map(was)
  const others = replaced.filter(
    (helper) => typeof helper === 'string' && helper !== '' && helper !== dockerHelper.name,
  )
  return [...new Set(others as readonly string[])]
}

/** `credHelpers` has no entry for this name, so it yields `credsStore`. */
const noServer = ''
