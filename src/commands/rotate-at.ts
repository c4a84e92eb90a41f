import { join } from 'node:path'
import type { Credential } from '../core/credential.ts'
import { asFailure, Failure, withHints } from '../core/failure.ts'
import { hint, placeWords } from '../core/hint.ts'
import { samePlace } from '../core/same.ts'
import { timeInWords } from '../core/time-words.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { interruption } from '../edge/terminal/interruption.ts'
import type { MakeToken, NewToken } from '../sign-in/new-token.ts'
import { type Found, findProvider } from '../sign-in/probe.ts'
import type { Rotation } from '../sign-in/provider.ts'
import { describedProvider } from '../sign-in/providers.ts'
import { readyByItself } from '../sign-in/rotate-by-itself.ts'
import { readyByPassword } from '../sign-in/rotate-by-password.ts'
import { type Fetch, httpClient } from '../system/http/client.ts'
import { withLock } from '../system/lock.ts'
import { allItems } from './all-items.ts'
import { broken, nothingAt, nothingThere, recoverHours, sayLine, shownAccount } from './arguments.ts'
import type { NamedPlace } from './place.ts'
import { keepNewToken, placeForLost } from './rotate-kept.ts'
import { anewFor, type Rotatable, rotatableAt, rotationAt } from './rotate-which.ts'
import { remarksOn } from './set-remarks.ts'

export interface RotateOptions {
  readonly yes?: boolean
}

/** Lets the provider replace a token, and keeps the new one for every tool. Returns the exit code. */
export async function rotate(context: CliContext, place: NamedPlace, options: RotateOptions): Promise<number> {
  const { folders, userId, processId } = context.machine
  const lock = { folder: join(folders.state, 'locks'), name: 'rotate', userId, processId }
  // A provider may end all tokens of a family if one that has ended is rotated again.
  return withLock(lock, { wait: 0, busy: 'another command is rotating a token' }, () =>
    rotateAlone(context, place, options),
  )
}

async function rotateAlone(context: CliContext, place: NamedPlace, { yes }: RotateOptions): Promise<number> {
  const { terminal, machine, engine } = context
  const meant = await rotatableAt(context, place)
  if (meant === undefined) return nothingAt(terminal, place.endpoint, place.account)
  const { item } = meant
  const fetch = httpClient({ environment: machine.env, caFile: (await engine.settings()).httpCaFile })
  const found = item.endpoint.form === 'address' ? await findProvider(fetch, item.endpoint) : undefined
  const rotation = rotationAt(item, found)
  if (found !== undefined) sayLine(terminal, describedProvider(found.provider, found.base, 'rotation'))
  const make = await ready(context, fetch, rotation, item)
  const all = await allItems(context)
  sayOthers(context, item, all)
  if (rotation.by === 'itself' && !(await agrees(context, item, yes === true))) {
    sayLine(terminal, 'nothing was changed')
    return nothingThere
  }
  await refuseIfUnwritable(context, meant)
  const signals = interruption()
  signals.watch()
  try {
    // Another secret that ends can be restored, which is of no use for a token that the provider has ended.
    const hasOther = all.some((one) => isOfSameAccount(one, item) && !one.secret.equals(item.secret))
    return await rotateNow(context, item, found, make, hasOther)
  } finally {
    await signals.isStopped()
    signals.end()
  }
}

async function ready({ terminal }: CliContext, fetch: Fetch, rotation: Rotation, item: Credential): Promise<MakeToken> {
  if (rotation.by === 'itself') {
    return readyByItself(fetch, rotation, item.secret).catch((error) => {
      const failure = asFailure(error)
      throw failure.code === 'refused' ? withHints(failure, [anewFor(item)]) : failure
    })
  }
  const { askSecret, readSecret, inIsTerminal: isThere } = terminal
  return readyByPassword(fetch, rotation, item, { isThere, askSecret, readSecret })
}

async function agrees({ terminal }: CliContext, item: Credential, yes: boolean): Promise<boolean> {
  sayLine(terminal, 'the provider ends the former token at once, and there is no undo')
  if (yes) return true
  const { endpoint, account } = item
  const otherwise = hint`to rotate it without a question: credbridge rotate --yes ${placeWords(endpoint, account)}`
  return terminal.confirm(`Rotate the token of ${shownAccount(account)} at ${endpoint.key}?`, otherwise)
}

/** Says where else the same token is kept: it ends there, too. */
function sayOthers(context: CliContext, item: Credential, all: readonly Credential[]): void {
  const others = all.filter((one) => one.secret.equals(item.secret) && !isOfSameAccount(one, item))
  for (const { endpoint, account, owner } of others) {
    const words = placeWords(endpoint, account)
    const what = `${shownAccount(account)} at ${endpoint.key}, saved by ${owner}, has the same token, which ends`
    sayLine(context.terminal, `note: ${what}: ${hint`credbridge set ${words}`}`)
  }
}

function isOfSameAccount(one: Credential, { endpoint, account, owner }: Credential): boolean {
  return samePlace({ ...one, owner }, { endpoint, account, owner })
}

/** What cannot be written would lose the new token. Also refused if another command has changed it meanwhile. */
async function refuseIfUnwritable({ asker, machine }: CliContext, { store, item }: Rotatable): Promise<void> {
  placeForLost(machine)
  if (await store.save(asker, item, { replaces: item })) return
  throw new Failure('refused', `what is kept for ${item.endpoint.key} has just changed, nothing was rotated`)
}

async function rotateNow(
  context: CliContext,
  item: Credential,
  found: Found | undefined,
  make: MakeToken,
  hasOther: boolean,
): Promise<number> {
  const { terminal } = context
  const page = found?.provider.endPage?.(found.base)
  const made = await make()
  const change = await keepNewToken(context, item, made, page)
  const { endpoint, account } = item
  const until = made.expires === undefined ? '' : `, until ${timeInWords(made.expires * 1000, Date.now())}`
  sayLine(terminal, `${shownAccount(account)} at ${endpoint.key} has a new token${until}`)
  const isEnded = await endFormer(context, made, page)
  if (change !== undefined) {
    const told = hasOther ? change : { ...change, restorable: 'no' as const }
    const remarks = remarksOn(told, item, await recoverHours(context))
    for (const remark of remarks) sayLine(terminal, `note: ${remark}`)
  }
  return isEnded ? 0 : broken
}

async function endFormer({ terminal }: CliContext, made: NewToken, page: string | undefined): Promise<boolean> {
  try {
    await made.endFormer?.()
    sayLine(terminal, 'the former one has ended')
    return true
  } catch (error) {
    const where = page === undefined ? '' : `; end it there: ${page}`
    sayLine(terminal, `the former one still works, because it could not be ended: ${asFailure(error).message}${where}`)
    return false
  }
}
