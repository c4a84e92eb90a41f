import { type Asker, withoutPerson } from '../core/asker.ts'
import { type DoctorLine, doctorLineOf } from '../core/doctor-line.ts'
import { asFailure, Failure, type FailureCode } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import type { Store, Traits } from '../core/store.ts'
import { trialPlace } from '../core/trial.ts'
import type { Settings } from '../engine/settings.ts'
import { type InUse, inUse, openStore, storeNamed } from '../stores/open.ts'
import { tryOut } from '../stores/settling.ts'
import { keychainName, offeredStores } from '../stores/unsettled.ts'
import type { Machine } from '../system/machine.ts'

/** The result of doctor for one store. Part of its JSON output. */
export interface StoreReport {
  readonly name: string
  readonly inUse: boolean
  readonly lasts?: string
  readonly protects?: string
  /** Whether it kept a throw-away entry. Absent: not tried, because that would have created the store. */
  readonly works?: boolean
  readonly failure?: FailureCode
}

/** A finding about a store, or about the choice of it. */
export interface StoreLine extends DoctorLine {
  readonly check: string
}

export interface StoresReport {
  readonly because: InUse['because']
  readonly stores: readonly StoreReport[]
  readonly lines: readonly StoreLine[]
  /** A native call still runs (core/failure.ts). */
  readonly stuck: boolean
}

export const storeReasons: Readonly<Record<InUse['because'], string>> = {
  environment: 'CREDBRIDGE_STORE says so',
  settings: 'the settings file says so',
  settled: 'settled on by setup, by the first save or by credbridge use',
  'not settled': 'the first save settles it',
}

export interface StoresToCheck {
  readonly settings: Settings
  readonly machine: Machine
  readonly asker: Asker
}

/** Tries the stores in use, and the others without a dialog. Creates nothing that stays. */
export async function reportStores({ settings, machine, asker }: StoresToCheck): Promise<StoresReport> {
  const { names, because } = inUse(settings, machine)
  const keychain = keychainName(machine.platform)
  const reports: Tried[] = []
  for (const name of new Set([...names, keychain, 'vault'])) {
    const used = names.includes(name)
    reports.push(await tryStore(name, used, { settings, machine, asker: used ? asker : withoutPerson(asker) }))
  }
  const of = (name: string) => reports.find(({ report }) => report.name === name)
  const chosen: StoreLine =
    names.length > 0
      ? { check: 'store', state: 'ok', says: `in use: ${names.join(', then ')}; ${storeReasons[because]}` }
      : await willSettle(of(keychain)?.failure, asker.personPresent, keychain, machine)
  const appeared = because === 'settled' && names[0] === 'vault' && of(keychain)?.report.works === true
  return {
    because,
    stores: reports.map(({ report }) => report),
    lines: [chosen, ...(appeared ? [wayBack(keychain)] : []), ...reports.flatMap(linesOf)],
    stuck: reports.some(({ failure }) => failure?.stuck === true),
  }
}

interface Tried {
  readonly report: StoreReport
  readonly failure?: Failure
  /** It refused the throw-away entry, but not to be read. */
  readonly isReadable?: boolean
  /** One failure for each unreadable item. */
  readonly problems?: readonly Failure[]
}

async function tryStore(name: string, used: boolean, { settings, machine, asker }: StoresToCheck): Promise<Tried> {
  let report: StoreReport = { name, inUse: used }
  let opened: Store | undefined
  try {
    const { type, parameter } = storeNamed(name)
    const openOther = (other: string) => openStore(other, settings, machine)
    const context = { machine, settings, parameter, openStore: openOther }
    const store = await openStore(name, settings, machine)
    opened = store
    report = { ...report, lasts: lastsUntil(store.traits) }
    report = { ...report, protects: await type.protects(context) }
    if (type.isMade !== undefined && !(await type.isMade(context))) return { report }
    await tryOut(store, asker)
    await store.tidy?.(asker)
    return { report: { ...report, works: true }, problems: (await store.problems?.(asker)) ?? [] }
  } catch (error) {
    const failure = asFailure(error)
    const isReadable = failure.code === 'refused' && opened !== undefined && (await canBeRead(opened, asker))
    // What a store of another machine has left on this one can go, although that machine does not answer.
    if (storeNamed(name).type.remote === true) await opened?.tidy?.(asker).catch(() => {})
    return { report: { ...report, works: false, failure: failure.code }, failure, isReadable }
  }
}

/** Whether the store answers, although it refuses a write: a machine that may only read is as somebody wants it. */
async function canBeRead(store: Store, asker: Asker): Promise<boolean> {
  return store.find(asker, [trialPlace().endpoint]).then(
    () => true,
    () => false,
  )
}

/** How long the store keeps its items, for a person. */
function lastsUntil({ lasts }: Traits): string {
  const ends = {
    process: 'until this process ends',
    session: 'until you log out',
    reboot: 'until the machine restarts',
    forever: 'until it is removed',
  }
  return ends[lasts]
}

/** Predicts where the first save will go, from the keychain's answer without a dialog. */
async function willSettle(
  failure: Failure | undefined,
  personPresent: boolean,
  keychain: string,
  machine: Machine,
): Promise<StoreLine> {
  const will = (store: string) => `none is settled on yet: the first save settles on ${store}`
  if (failure === undefined) return { check: 'store', state: 'ok', says: will(keychain) }
  if (failure.code !== 'unavailable' || failure.passing) {
    const says = `none is settled on yet, and nothing can be kept while ${keychain} is there and does not work`
    const how = [says, ...failure.hints.slice(0, 1), 'or settle on another store'].join('; ')
    return { check: 'store', state: 'wrong', says: how, fix: hint`credbridge use vault` }
  }
  const hints = await offeredStores(machine)
  if (hints.length > 0) {
    const says = 'none is settled on yet, there is no keychain, and nothing is kept until you choose'
    return { check: 'store', ...doctorLineOf(new Failure(failure.code, says, { hints })) }
  }
  const says = personPresent ? will('the vault, unless the keychain can ask you to set it up') : will('the vault')
  return { check: 'store', state: 'note', says }
}

/** The vault may have been settled on before the desktop's keychain could be reached, for example over SSH. */
function wayBack(keychain: string): StoreLine {
  const says = `${keychain} works here too; to keep secrets there from now on, and move those in the vault`
  return { check: 'store', state: 'note', says, fix: hint`credbridge use ${keychain} --move` }
}

/** What is only so, and asks nothing of a person, is no note. */
function linesOf({ report, failure, isReadable, problems = [] }: Tried): readonly StoreLine[] {
  const { name: check, inUse, lasts, protects, works } = report
  const use = inUse ? 'in use' : 'not in use'
  const about = [use, ...(lasts === undefined ? [] : [`kept ${lasts}`]), ...(protects === undefined ? [] : [protects])]
  const fact: StoreLine = { check, state: inUse ? 'ok' : 'skipped', says: about.join('; ') }
  if (works === undefined) return [fact]
  if (failure === undefined) {
    const ok: StoreLine = { check, state: 'ok', says: 'kept a throw-away entry, found it and removed it' }
    return [fact, ok, ...problems.map((problem) => ({ check, ...doctorLineOf(problem) }))]
  }
  if (!inUse) return [fact, { check, state: 'skipped', says: `would not work: ${failure.message}` }]
  const line = doctorLineOf(failure)
  if (isReadable !== true) return [{ check, ...line }]
  return [fact, { check, ...line, state: 'note', says: `can be read here and not written: ${line.says}` }]
}
