import { type Address, hostAndPort } from '../../core/endpoint.ts'
import { type Hint, hint } from '../../core/hint.ts'
import { shownProgram } from '../asked-in-order.ts'
import type { Machine, NotAsking } from '../tool.ts'
import { asked, type HelperConfig, type HelperValue, helperConfig, isPlainStore, namesOwnHelper } from './config.ts'

/*
 * The programs besides credbridge that git asks for a sign-in, and gives it to: for all servers, and for those of one URL
 * (gitcredentials(7), "Credential contexts"), as `gh auth setup-git` writes.
 */

/** What git does besides asking credbridge, and the command that ends it. */
export interface Besides {
  readonly says: string
  readonly fix: Hint
}

/** The URLs for which git does not ask us. */
export async function pastUs(config: HelperConfig): Promise<readonly Besides[]> {
  const found: Besides[] = []
  for (const [url, values] of ofUrls(await config.all())) {
    if (isPastUs(values)) found.push({ says: `for ${url} ${only(asked(values))}`, fix: await config.unsetting(url) })
  }
  return found
}

/** git sends each sign-in to every helper, also to one that writes it into a plain file. */
export async function writersInTheClear(config: HelperConfig): Promise<readonly Besides[]> {
  const inUse = asked(await config.values())
  if (!inUse.some(namesOwnHelper)) return []
  const says = (value: string) =>
    `git also gives every sign-in to ${value}, which writes it into a file that can be read`
  const found: Besides[] = inUse
    .filter(isPlainStore)
    .map((value) => ({ says: says(value), fix: hint`credbridge setup git --only` }))
  for (const [url, values] of ofUrls(await config.all())) {
    for (const value of isPastUs(values) ? [] : asked(values).filter(isPlainStore))
      found.push({ says: `for ${url} ${says(value)}`, fix: await config.unsetting(url) })
  }
  return found
}

/** What git asks about this endpoint before credbridge, or instead. Empty if it never asks credbridge. */
export async function askedBefore(machine: Machine, at: Address): Promise<readonly NotAsking[]> {
  const git = machine.program('git')
  if (git === undefined) return []
  const config = helperConfig(machine, git)
  const all = await config.all()
  const isAskedElsewhere = asked(all.filter(({ url }) => url === undefined).map(({ value }) => value))
  if (!isAskedElsewhere.some(namesOwnHelper)) return []
  const values = all.filter(({ url }) => url === undefined || isFor(url, at))
  const inUse = values.slice(values.findLastIndex(({ value }) => value === '') + 1)
  const ours = inUse.findIndex(({ value }) => namesOwnHelper(value))
  const before = ours < 0 ? inUse : inUse.slice(0, ours)
  const ofUrl = (ours < 0 ? values : before).findLast(({ url }) => url !== undefined)?.url
  const setup = ofUrl === undefined ? hint`credbridge setup git --only` : await config.unsetting(ofUrl)
  const names = before.map(({ value }) => value)
  if (ours < 0) return [{ why: `for ${ofUrl ?? at.key} ${only(names)}`, setup }]
  if (before.length === 0) return []
  return [{ why: `git asks ${names.map(shownProgram).join(', then ')} before credbridge`, setup }]
}

function only(named: readonly string[]): string {
  return `git asks ${named.length === 0 ? 'no helper' : `only: ${named.map(shownProgram).join(', ')}`}`
}

function isPastUs(values: readonly string[]): boolean {
  return values.includes('') && !asked(values).some(namesOwnHelper)
}

function ofUrls(all: readonly HelperValue[]): ReadonlyMap<string, readonly string[]> {
  const urls = new Map<string, string[]>()
  for (const { url, value } of all) if (url !== undefined) urls.set(url, [...(urls.get(url) ?? []), value])
  return urls
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
