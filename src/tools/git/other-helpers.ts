import { type Address, hostAndPort } from '../../core/endpoint.ts'
import { type Hint, hint } from '../../core/hint.ts'
import { shownProgram } from '../asked-in-order.ts'
import type { Machine, NotAsking } from '../tool.ts'
import { type HelperConfig, type HelperValue, helperConfig, isPlainStore, namesOwnHelper } from './config.ts'

/*
 * The programs besides credbridge that git asks for a sign-in, and gives it to: for all servers, and for those of one URL
 * (gitcredentials(7), "Credential contexts"), as `gh auth setup-git` writes.
 */

/** What git does besides asking credbridge, and the command that ends it. */
export interface Besides {
  readonly says: string
  readonly fix: Hint
}

/** The URLs for which git does not ask us, although it asks us about other servers. */
export async function pastUs(config: HelperConfig, all: readonly HelperValue[]): Promise<readonly Besides[]> {
  if (!asksUs(inUseFor(all))) return []
  const found: Besides[] = []
  for (const url of urlsOf(all)) {
    const inUse = inUseFor(all, (one) => one === url)
    if (!asksUs(inUse)) found.push({ says: `for ${url} ${only(inUse)}`, fix: await config.unsetting(url) })
  }
  return found
}

/** git sends each sign-in to every helper, also to one that writes it into a plain file. */
export async function writersInTheClear(
  config: HelperConfig,
  all: readonly HelperValue[],
): Promise<readonly Besides[]> {
  const forAll = inUseFor(all)
  if (!asksUs(forAll)) return []
  const says = ({ value }: HelperValue) =>
    `git also gives every sign-in to ${value}, which writes it into a file that can be read`
  const found: Besides[] = forAll
    .filter(({ value }) => isPlainStore(value))
    .map((one) => ({ says: says(one), fix: hint`credbridge setup git --only` }))
  for (const url of urlsOf(all)) {
    const inUse = inUseFor(all, (one) => one === url)
    const writers = inUse.filter((one) => one.url === url && isPlainStore(one.value))
    for (const one of asksUs(inUse) ? writers : [])
      found.push({ says: `for ${url} ${says(one)}`, fix: await config.unsetting(url) })
  }
  return found
}

/** What git asks about this endpoint before credbridge, or instead. Empty if it never asks credbridge. */
export async function askedBefore(machine: Machine, at: Address): Promise<readonly NotAsking[]> {
  const git = machine.program('git')
  if (git === undefined) return []
  const config = helperConfig(machine, git)
  const all = await config.all()
  if (!asksUs(inUseFor(all))) return []
  const isMeant = (url: string) => isFor(url, at)
  const inUse = inUseFor(all, isMeant)
  const ours = inUse.findIndex(({ value }) => namesOwnHelper(value))
  const before = ours < 0 ? inUse : inUse.slice(0, ours)
  const ofUrl = urlsOf(ours < 0 ? all : before).findLast(isMeant)
  const setup = ofUrl === undefined ? hint`credbridge setup git --only` : await config.unsetting(ofUrl)
  if (ours < 0) return [{ why: `for ${ofUrl ?? at.key} ${only(before)}`, setup }]
  if (before.length === 0) return []
  return [{ why: `git asks ${shown(before).join(', then ')} before credbridge`, setup }]
}

/**
 * The helpers that git asks, in order: those for all servers, and those for the URLs that are meant. An empty value
 * cancels all before it, of both kinds.
 */
function inUseFor(all: readonly HelperValue[], isMeant = (_url: string) => false): readonly HelperValue[] {
  const read = all.filter(({ url }) => url === undefined || isMeant(url))
  return read.slice(read.findLastIndex(({ value }) => value === '') + 1)
}

function asksUs(inUse: readonly HelperValue[]): boolean {
  return inUse.some(({ value }) => namesOwnHelper(value))
}

function only(inUse: readonly HelperValue[]): string {
  return `git asks ${inUse.length === 0 ? 'no helper' : `only: ${shown(inUse).join(', ')}`}`
}

function shown(inUse: readonly HelperValue[]): readonly string[] {
  return inUse.map(({ value }) => shownProgram(value))
}

/** The URLs of these values in git's order. One with several values comes where it comes last. */
function urlsOf(all: readonly HelperValue[]): readonly string[] {
  return [...new Set(all.flatMap(({ url }) => url ?? []).reverse())].reverse()
}

/** Whether git reads the settings for this URL, which may lack a part, where it asks for this address and names no user. */
function isFor(url: string, at: Address): boolean {
  const [, scheme = at.scheme, user, host = '', path = ''] =
    /^(?:([^:/]+):\/\/)?(?:([^/@]*)@)?([^/]*)\/?(.*?)\/?$/.exec(url) ?? []
  if (scheme.toLowerCase() !== at.scheme || user !== undefined) return false
  const usual = { http: ':80', https: ':443' }[at.scheme] ?? ''
  const named = (host.endsWith(usual) ? host.slice(0, host.length - usual.length) : host).toLowerCase().split('.')
  const wanted = hostAndPort(at).split('.')
  const isHost =
    named.length === wanted.length && named.every((label, index) => label === '*' || label === wanted[index])
  return (host === '' || isHost) && (path === '' || `${at.path}/`.startsWith(`${path}/`))
}
