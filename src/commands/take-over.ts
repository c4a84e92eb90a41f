import { type Credential, isCredential, person } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import { hint } from '../core/hint.ts'
import { sameProof, sameValue } from '../core/same.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { Machine } from '../system/machine.ts'
import type { Guarded } from '../system/staged-files.ts'
import type { PlainSecret, PlainSecrets, Tool } from '../tools/tool.ts'
import { sayLine, shownAccount } from './arguments.ts'
import { rememberTaken } from './import-journal.ts'

/*
 * Takes over plain secrets: shows them, saves them, reads them back, and only then removes them from their files. An
 * interruption loses nothing.
 */

/** The location, account and endpoint of a secret, for a person. */
export function shownSecret({ where, credential: { account, endpoint }, changes }: PlainSecret): string {
  const difference = changes === undefined ? '' : ` (${changes})`
  return printable(`${where}: ${shownAccount(account)} at ${endpoint.key}${difference}`)
}

/** Saves the secret and reads it back. Returns `false` if another one exists and `replace` is not set. */
export async function keepSecret(context: CliContext, secret: PlainSecret, replace: boolean): Promise<boolean> {
  const { credential, saving } = secret
  const { endpoint, account, owner, kind } = credential
  const others = await othersKept(context, secret)
  if (!replace && others.length > 0) return false
  const broker = await context.broker()
  for (const other of others) if (other.owner === owner) await (await broker.restorable()).keep(other, 'replaced')
  await broker.save(credential, { ...saving, asOwn: true })
  const kept = await broker.find({ tool: owner, kinds: [kind], endpoints: [endpoint], account })
  if (kept === undefined || !sameValue(kept.credential, credential)) {
    throw new Failure('internal', `the secret for ${endpoint.key} was not kept; it was left where it is`, {
      hints: [hint`credbridge doctor`],
    })
  }
  if (secret.isDefault === true) await preferWhereNobodyDid(context, secret)
  return true
}

/** Other secrets, perhaps newer ones, that the tool or a person has saved. They must not be lost or hidden. */
export async function othersKept(
  { engine, asker }: CliContext,
  { credential, saving = {} }: PlainSecret,
): Promise<readonly Credential[]> {
  const [store] = await engine.stores()
  const { endpoint, account, owner } = credential
  const items = await store.find(asker, [endpoint], saving.oneAccount === true ? undefined : account)
  return items.filter(isCredential).filter((item) => {
    if (item.owner === owner) return item.account !== account || !sameValue(item, credential)
    return item.owner === person && item.account === account && !sameProof(item, credential)
  })
}

/** The account of this secret answers where no user is named, unless another one does already. */
async function preferWhereNobodyDid(context: CliContext, { credential }: PlainSecret): Promise<void> {
  const { endpoint, account } = credential
  const [store] = await context.engine.stores()
  if (!store.traits.extras) return
  const items = await store.find(context.asker, [endpoint])
  if (items.some(({ kind }) => kind === 'default')) return
  await (await (await context.broker()).personActions()).setDefault(endpoint, account)
}

/** Proves that the tool finds the saved secrets, then removes them from where they were. */
export async function takeOut(
  context: CliContext,
  tool: Tool,
  source: PlainSecrets,
  kept: readonly PlainSecret[],
): Promise<void> {
  if (kept.length === 0) return
  await proveKept(context, source, kept)
  rememberTaken(context.machine, tool.name, kept)
  const [failed] = await removeEach(context.machine, source, kept)
  if (failed !== undefined) throw failed.error
}

/** The tool finds each secret, as far as it can be asked. */
export async function proveKept(
  { terminal, machine }: CliContext,
  source: PlainSecrets,
  kept: readonly PlainSecret[],
): Promise<void> {
  const shown = await source.prove?.(machine, kept)
  if (shown !== undefined) sayLine(terminal, shown)
}

/** How to write a file of this source. */
export function guardedBy(machine: Machine, source: PlainSecrets | undefined): Guarded {
  return (path, work) => (source?.guarded === undefined ? work() : source.guarded(machine, path, work))
}

/** A secret that stayed in its file; without the secret: some of all of them. */
export interface Stayed {
  readonly secret?: PlainSecret
  readonly error: unknown
}

/** Removes the secrets from where they were, as far as that is possible. */
export async function removeEach(
  machine: Machine,
  source: PlainSecrets,
  kept: readonly PlainSecret[],
): Promise<readonly Stayed[]> {
  const stayed: Stayed[] = []
  if (source.takeOutAll !== undefined) {
    try {
      await source.takeOutAll(machine, kept)
    } catch (error) {
      stayed.push({ error })
    }
    return stayed
  }
  for (const secret of kept) {
    try {
      await secret.takeOut()
    } catch (error) {
      stayed.push({ secret, error })
    }
  }
  return stayed
}
