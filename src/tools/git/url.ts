import { Failure } from '../../core/failure.ts'

interface Parts {
  readonly protocol: string
  readonly host: string
  readonly path?: string
  readonly username?: string
  readonly password?: string
}

/** The parts of the key `url`, percent-decoded, as git's credential_from_url reads them. Invalid: `malformed`. */
export function partsOfUrl(url: string): Parts {
  const colon = url.indexOf('://')
  if (colon < 1) throw new Failure('malformed', 'the url of the request has no scheme')
  const rest = url.slice(colon + 3)
  const ends = ['/', '?', '#'].map((mark) => rest.indexOf(mark)).filter((end) => end >= 0)
  const authority = rest.slice(0, Math.min(rest.length, ...ends))
  const at = authority.lastIndexOf('@')
  const path = trimSlashes(decode(rest.slice(authority.length)))
  return {
    protocol: url.slice(0, colon),
    host: decode(authority.slice(at + 1)),
    ...(at < 0 ? {} : userInfo(authority.slice(0, at))),
    ...(path === '' ? {} : { path }),
  }
}

function userInfo(text: string): Pick<Parts, 'username' | 'password'> {
  const colon = text.indexOf(':')
  if (colon < 0) return { username: decode(text) }
  return { username: decode(text.slice(0, colon)), password: decode(text.slice(colon + 1)) }
}

function decode(text: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(text)
  } catch {
    throw new Failure('malformed', 'the url of the request is not valid')
  }
  if (/[\r\n\0]/.test(decoded)) throw new Failure('malformed', 'the url of the request has a line break or a NUL')
  return decoded
}

function trimSlashes(path: string): string {
  let [start, end] = [0, path.length]
  while (path[start] === '/') start++
  while (end > start && path[end - 1] === '/') end--
  return path.slice(start, end)
}
