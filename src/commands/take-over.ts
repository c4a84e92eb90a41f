import { type Credential, isCredential, person, sameProof, sameValue } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import { hint } from '../core/hint.ts'
import type { Saving } from '../core/saving.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { PlainSecret, PlainSecrets, Tool } from '../tools/tool.ts'
import { shownAccount } from './arguments.ts'
import { rememberTaken } from './import-journal.ts'

/*
 * How plain secrets become ours: shown, saved, read back, and only then taken out of where they were. Whatever stops
 * this, nothing is lost.
 */

/** Where a secret is and what it is for, for a person. */
export function shownSecret({ where, credential: { account, endpoint } }: PlainSecret): string {
  return printable(`${where}: ${shownAccount(account)} at ${endpoint.key}`)
}

/** Keeps the secret and reads it back. Another one is kept already, and this is not to replace it: `false`. */
export async function keepSecret(context: CliContext, secret: PlainSecret, replace: boolean): Promise<boolean> {
  const { credential, saving } = secret
  const { endpoint, account, owner, kind } = credential
  if (!replace && (await hasAnother(context, credential, saving))) return false
  const broker = await context.broker()
  await broker.save(credential, { ...saving, asOwn: true })
  const kept = await broker.find({ tool: owner, kinds: [kind], endpoints: [endpoint], account })
  if (kept !== undefined && sameValue(kept.credential, credential)) return true
  throw new Failure('internal', `${endpoint.key} was not kept; it is left where it was`, {
    hints: [hint`credbridge doctor`],
  })
}

/** Takes secrets that are kept by now out of where they were, once the tool is seen to find them. */
export async function takeOut(
  { terminal, machine }: CliContext,
  { name }: Tool,
  source: PlainSecrets,
  kept: readonly PlainSecret[],
): Promise<void> {
  if (kept.length === 0) return
  const shown = await source.prove?.(machine, kept)
  if (shown !== undefined) terminal.say(`${printable(shown)}\n`)
  rememberTaken(machine, name, kept)
  if (source.takeOutAll !== undefined) await source.takeOutAll(machine, kept)
  else for (const secret of kept) await secret.takeOut()
}

/** What is in a file may be older than what the tool or a person has saved since: that must not be lost, nor hidden. */
async function hasAnother(
  { engine, asker }: CliContext,
  credential: Credential,
  saving: Saving = {},
): Promise<boolean> {
  const [store] = await engine.stores()
  const { endpoint, account, owner } = credential
  const items = await store.find(asker, [endpoint], saving.oneAccount === true ? undefined : account)
  const own = items.filter(isCredential).filter((item) => item.owner === owner)
  const persons = items.filter(isCredential).filter((item) => item.owner === person && item.account === account)
  return (
    own.some((item) => item.account !== account || !sameValue(item, credential)) ||
    persons.some((item) => !sameProof(item, credential))
  )
}
