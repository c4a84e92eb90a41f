import { isNoteKind } from '../core/credential.ts'
import type { DoctorLine } from '../core/doctor-line.ts'
import { hint, placeWords } from '../core/hint.ts'
import { restorableIn } from '../core/restorable.ts'
import { runtime } from '../edge/installation/version.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { openStore } from '../stores/open.ts'
import { tools } from '../tools/index.ts'
import { shownAccount } from './arguments.ts'
import type { Check } from './doctor-line-text.ts'
import type { StoresReport } from './doctor-stores.ts'
import { checkTimes } from './doctor-times.ts'
import { commandChecks, setupChecks } from './doctor-tools.ts'
import { entryStates, fixesFor, shownEnded } from './entry-state.ts'
import { removeToolLeftovers } from './leftovers.ts'
import { mintedStates } from './minted-state.ts'
import { tokenFix, tokenStates, tokenText } from './token-state.ts'

/** All checks after that of the stores. */
export function checks(context: CliContext, stores: StoresReport | undefined): readonly Check[] {
  return [
    { name: 'erased', run: () => checkErased(context, stores) },
    { name: 'refused', run: () => checkRefused(context, stores) },
    { name: 'minted', run: () => checkMinted(context, stores) },
    { name: 'sign-in', run: () => checkTokens(context, stores) },
    { name: 'expiry', run: () => checkTimes(context, stores) },
    { name: 'environment', run: async () => checkEnvironment(context) },
    ...commandChecks(context),
    { name: 'leftovers', run: () => checkLeftovers(context) },
    ...setupChecks(context),
  ]
}

export async function checkSettings(context: CliContext): Promise<readonly DoctorLine[]> {
  const { unknownKeys } = await context.engine.settings()
  const unknown = unknownKeys.map(
    (key): DoctorLine => ({ state: 'note', says: `the settings have an unknown key: ${key}` }),
  )
  return [{ state: 'ok', says: 'the settings can be read' }, ...unknown]
}

/** Only if the store works. A broken store would only fail again, perhaps after a timeout. */
async function checkErased(context: CliContext, stores: StoresReport | undefined): Promise<readonly DoctorLine[]> {
  const first = stores?.stores.find(({ inUse }) => inUse)
  if (first?.works !== true) return []
  const { engine, machine, asker } = context
  const settings = await engine.settings()
  const store = await openStore(first.name, settings, machine)
  const dropped = await restorableIn(store, asker, Date.now, settings.recoverHours).sweep()
  return dropped === 0 ? [] : [{ state: 'ok', says: `removed ${dropped} restorable copies that were past their time` }]
}

/** Credentials that a tool no longer gets because a server refused them. Only doctor and list show the reason. */
async function checkRefused(context: CliContext, stores: StoresReport | undefined): Promise<readonly DoctorLine[]> {
  if (stores?.stores.find(({ inUse }) => inUse)?.works !== true) return []
  const broker = await context.broker()
  const entries = await broker.list()
  const ended = await (await broker.personActions()).endedUses(entries)
  const stateIn = entryStates(entries, ended)
  return entries.flatMap((entry): DoctorLine[] => {
    const [fix] = isNoteKind(entry.kind) ? [] : fixesFor(entry, ended)
    if (fix === undefined) return []
    const { endpoint, account } = entry
    const { ended: withheld } = stateIn(entry)
    const says = `${shownAccount(account)} at ${endpoint.key}: ${shownEnded(withheld, Date.now()).join('; ')}`
    return [{ state: 'note', says, fix }]
  })
}

/** A killed import leaves a file that may hold secrets; it is removed without a word. */
async function checkLeftovers({ machine }: CliContext): Promise<readonly DoctorLine[]> {
  await removeToolLeftovers(machine, tools)
  return []
}

/** Commands that print a secret: whether they may run here, and whether they do. */
async function checkMinted(context: CliContext, stores: StoresReport | undefined): Promise<readonly DoctorLine[]> {
  if (stores?.stores.find(({ inUse }) => inUse)?.works !== true) return []
  const broker = await context.broker()
  const minted = await (await broker.personActions()).minted(await broker.list())
  const states = await mintedStates(context.machine, minted, Date.now())
  return states.map(({ entry: { endpoint, account }, approved, failed }): DoctorLine => {
    const who = `${shownAccount(account)} at ${endpoint.key}`
    if (failed !== undefined) return { state: 'wrong', says: `the command of ${who}: ${failed}` }
    if (approved) return { state: 'ok', says: `the command of ${who} is approved` }
    const fix = hint`credbridge approve ${placeWords(endpoint, account)}`
    return { state: 'note', says: `the command of ${who} is not approved on this machine`, fix }
  })
}

/** Tokens: whether they renew themselves, and whether they do. */
async function checkTokens(context: CliContext, stores: StoresReport | undefined): Promise<readonly DoctorLine[]> {
  if (stores?.stores.find(({ inUse }) => inUse)?.works !== true) return []
  const broker = await context.broker()
  const tokens = await (await broker.personActions()).tokens(await broker.list())
  return (await tokenStates(context.machine, tokens, Date.now())).map((state): DoctorLine => {
    const { entry, provider, failed } = state
    const fault = failed === undefined || provider === undefined ? failed : `could not be renewed: ${failed}`
    const fix = tokenFix(state)
    const says = `${shownAccount(entry.account)} at ${entry.endpoint.key}: ${fault ?? tokenText(state, Date.now())}`
    return fix === undefined ? { state: 'ok', says } : { state: failed === undefined ? 'note' : 'wrong', says, fix }
  })
}

function checkEnvironment({ machine }: CliContext): readonly DoctorLine[] {
  return ['BUN_OPTIONS', 'BUN_BE_BUN']
    .filter((name) => machine.env[name] !== undefined)
    .map((name) => ({
      state: runtime === 'bun' ? 'wrong' : 'note',
      says: `${name} is set: it runs foreign code in any executable that Bun compiled, as some of credbridge are`,
      fix: hint`unset ${name}`,
    }))
}
