import { closest } from '../../../core/did-you-mean.ts'
import { asFailure, Failure, isFailure } from '../../../core/failure.ts'
import { hint } from '../../../core/hint.ts'
import { Secret } from '../../../core/secret.ts'
import type { Store } from '../../../core/store.ts'
import { tryOut } from '../../settling.ts'
import type { StoreCommandContext } from '../../store-type.ts'
import { connectionOf } from '../connection.ts'
import { dropCopies } from '../copies.ts'
import { drop, dropToken, type Kept, keep, keptToken, purposeOf, readKept } from '../kept.ts'
import { rememberEntity } from '../me.ts'
import { isDone } from '../outcome.ts'
import { prepare } from '../prepare.ts'
import { timesIn } from '../renew.ts'
import { type LoginOptions, questionOf } from './login-call.ts'
import { methods } from './methods.ts'

const asker = { tool: 'credbridge', personPresent: true }

/** Signs in at the server, and keeps the token in a store of this machine. */
export async function login(context: StoreCommandContext, given: Readonly<Record<string, unknown>>): Promise<number> {
  const options = given as unknown as LoginOptions & { readonly keepIn?: string }
  const { method } = options
  const signIn = Object.hasOwn(methods, method) ? methods[method] : undefined
  if (signIn === undefined) throw unknownMethod(method)
  const { terminal, machine } = context
  const prepared = await prepare({ ...context, parameter: '' }, given)
  const connection = connectionOf({ ...context, settings: prepared.settings, parameter: '' })
  const { server } = connection
  const store = await storeFor(context, options.keepIn)
  const asked = Date.now()
  const auth = await signIn({ context, connection, options, path: options.authPath ?? method })
  const token = new Secret(auth.client_token)
  const kept: Kept = {
    for: purposeOf(server),
    address: server.address,
    store: store.name,
    words: wordsOf(options),
    ...timesIn(auth, asked),
  }
  prepared.keep()
  const former = readKept(machine)
  await keep(kept, token, store, machine)
  await dropAllCopies(context, kept)
  if (former !== undefined && (former.address !== kept.address || former.store !== kept.store)) {
    await forget(context, former).catch(() => {})
  }
  if (typeof auth['entity_id'] === 'string' && auth['entity_id'] !== '') {
    rememberEntity(server, machine, token, auth['entity_id'])
  }
  const until =
    kept.expires === undefined
      ? ''
      : `, ${kept.renewable ? 'renewed in time, now' : 'good'} until ${timeOf(kept.expires)}`
  terminal.say(`signed in at ${server.address}: the token is kept in the ${store.name} store${until}\n`)
  if (connection.server.isEnvironments && (machine.env['BAO_TOKEN'] ?? machine.env['VAULT_TOKEN'] ?? '') !== '') {
    terminal.say('note: a token in the environment takes precedence\n')
  }
  if (!context.inUse.some((name) => name.startsWith('openbao'))) {
    terminal.say('to keep secrets there: credbridge use openbao\n')
  }
  return 0
}

/** Ends the token at the server, and forgets it here. */
export async function logout(context: StoreCommandContext): Promise<number> {
  const { terminal, machine } = context
  const kept = readKept(machine)
  await dropAllCopies(context, kept)
  if (kept === undefined) {
    terminal.say('there is no sign-in at an OpenBao server\n')
    return 1
  }
  const connection = connectionOf({ ...context, parameter: '' })
  const token = await keptToken(kept, context)
  let isEnded = false
  if (token !== undefined && kept.for === purposeOf(connection.server)) {
    const reply = await connection.askAs(token, questionOf('POST', 'auth/token/revoke-self', {})).catch(asFailure)
    // Whoever is not permitted has no token any more.
    isEnded = !isFailure(reply) && (isDone(reply) || reply.status === 403)
  }
  await drop(kept, await context.openStore(kept.store), machine)
  terminal.say(`signed out from ${kept.address}\n`)
  if (!isEnded) terminal.say('note: the server was not told, so the token counts there until its time is over\n')
  return 0
}

/** Also in the store that has the token, where the settings do not name the cache any more. */
async function dropAllCopies({ settings, openStore }: StoreCommandContext, kept: Kept | undefined): Promise<void> {
  const stores = new Set([settings.openbao?.cache?.store, kept?.store])
  for (const name of stores) if (name !== undefined) await dropCopies(await openStore(name))
}

async function forget(context: StoreCommandContext, { address, store }: Kept): Promise<void> {
  await dropToken(address, await context.openStore(store))
}

/** The store of this machine for the token: the keychain, or the vault if there is provably none. */
async function storeFor(
  { keychain, openStore, inUse, isRemote }: StoreCommandContext,
  named: string | undefined,
): Promise<Store> {
  if (named !== undefined) {
    if (isRemote(named)) throw new Failure('refused', 'the token must be kept on this machine')
    return openStore(named)
  }
  const own = inUse.find((name) => !isRemote(name))
  if (own !== undefined) return openStore(own)
  try {
    const store = await openStore(keychain)
    await tryOut(store, asker)
    return store
  } catch (error) {
    if (isFailure(error) && error.code === 'unavailable' && !error.passing) return openStore('vault')
    const { code, message, hints } = asFailure(error)
    const other = hint`to keep the token elsewhere: credbridge openbao login --keep-in vault`
    throw new Failure(code, message, { hints: [...hints, other], cause: error })
  }
}

function wordsOf({ method, authPath, role, user, roleId, jwtFile }: LoginOptions): readonly string[] {
  const named = { '--method': method, '--auth-path': authPath, '--role': role, '--user': user }
  const all = { ...named, '--role-id': roleId, '--jwt-file': jwtFile }
  return Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [name, value]))
}

function unknownMethod(method: string): Failure {
  const names = Object.keys(methods)
  const meant = closest(method, names)
  return new Failure('malformed', `there is no sign-in by ${method}`, {
    hints: [...(meant === undefined ? [] : [hint`did you mean ${meant}`]), hint`the ways are: ${names}`],
  })
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')
}
