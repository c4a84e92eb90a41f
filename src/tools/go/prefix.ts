import { type Address, parseAddress } from '../../core/endpoint.ts'

/*
 * go compares prefixes with a URL as texts (cmd/go/internal/auth): it takes the URL without `https://`, and then drops
 * one segment after the other from its end, query included. So a prefix is spelled as in the URL.
 */

const scheme = 'https://'

/**
 * The texts by which go finds the endpoint when it asks for the URL. There are two where the query belongs to the last
 * segment of the endpoint itself: `https://example.com/team` is not found for `https://example.com/team?go-get=1`.
 */
export function prefixesOf(url: string, { path }: Address): readonly string[] {
  const [whole = ''] = url.split(/[?#]/, 1)
  for (const cut of cutsOf(whole)) {
    if (parseAddress(cut).path !== path) continue
    return whole !== url && !whole.slice(cut.length).includes('/') ? [cut, url] : [cut]
  }
  return [url]
}

/** A lookup widens to fewer parents than these. */
const mostCuts = 256

/** The host, the same with ever more segments, at last the whole. */
function* cutsOf(url: string): Generator<string> {
  let end = scheme.length
  for (let count = 0; count < mostCuts && end >= 0; count++) {
    end = url.indexOf('/', end + 1)
    if (end > 0) yield url.slice(0, end)
  }
  yield url
}

/** Whether there is a password in the URL. */
export function hasPassword(url: string): boolean {
  const rest = url.slice(scheme.length)
  const [authority = ''] = rest.split(/[/?#]/, 1)
  return authority.slice(0, Math.max(0, authority.lastIndexOf('@'))).includes(':')
}
