import { type Address, addressOf } from '../../core/endpoint.ts'

/*
 * The prompts that git and OpenSSH word themselves, in English whatever the language of the person is. Only a whole
 * prompt with one possible meaning is read: strangers choose the parts (the URL of a submodule), and a prompt that a
 * server words may begin or end like one of these.
 */

export interface Prompt {
  /** The program whose own words these are. */
  readonly of: 'git' | 'ssh'
  readonly wants: 'user' | 'secret'
  readonly endpoint: Address
  /** The user that the prompt names; absent if it names none. */
  readonly account?: string
}

const longest = 4096

/** `undefined` for every other prompt. */
export function readPrompt(text: string): Prompt | undefined {
  if (text.length > longest) return undefined
  try {
    return gitPrompt(text) ?? keyPrompt(text) ?? loginPrompt(text)
  } catch {
    return undefined // The endpoint or an escape in it is not valid.
  }
}

const users = /^[A-Za-z0-9._~%+@\\-]*$/
const hosts = /^[A-Za-z0-9._\-:[\]]*$/
const paths = /^[A-Za-z0-9._~%+/-]*$/
const sshHosts = /^[A-Za-z0-9._\-:]*$/

/**
 * https://git-scm.com/docs/gitcredentials, and credential_ask_one in git's credential.c. Since 2.48.1 git escapes the
 * parts. A git that does not may put an `@` or a `/` into any of them, so the last `@` must come before the first `/`.
 */
function gitPrompt(text: string): Prompt | undefined {
  const user = between(text, "Username for '", "': ")
  const described = user ?? between(text, "Password for '", "': ")
  if (described === undefined) return undefined
  const [scheme, rest] = cut(described, '://')
  const at = rest?.lastIndexOf('@') ?? -1
  const named = rest?.slice(0, Math.max(at, 0)) ?? ''
  const [host, path = ''] = cut(rest?.slice(at + 1) ?? '', '/')
  const isWhole = scheme !== '' && at !== 0 && (user === undefined || at < 0)
  if (rest === undefined || !isWhole || !/^[a-z]+$/.test(scheme)) return undefined
  if (!users.test(named) || !hosts.test(host) || !paths.test(path)) return undefined
  const [account, place] = [decodeURIComponent(named), decodeURIComponent(path)]
  if (hasControl(account + place)) return undefined
  const endpoint = addressOf({ scheme, host, path: place })
  return user === undefined ? { of: 'git', wants: 'secret', endpoint, account } : { of: 'git', wants: 'user', endpoint }
}

/** ssh(1) cuts a path at 100 bytes; ssh-add(1) shows all of it. */
function keyPrompt(text: string): Prompt | undefined {
  const shortened = between(text, "Enter passphrase for key '", "': ")
  if (shortened !== undefined) return Buffer.byteLength(shortened) < 100 ? keyAt(shortened) : undefined
  const added = between(text, 'Enter passphrase for ', ': ')
  return added === undefined ? undefined : keyAt(between(added, '', ' (will confirm each use)') ?? added)
}

/** Only an absolute path, in one spelling: another one may be another file. */
function keyAt(path: string): Prompt | undefined {
  const [start, ...segments] = path.split('/')
  if (start !== '' || segments.some((segment) => ['', '.', '..'].includes(segment))) return undefined
  if (segments.length === 0 || hasControl(path)) return undefined
  return { of: 'ssh', wants: 'secret', endpoint: addressOf({ scheme: 'ssh-key', host: '', path }) }
}

/** Some versions of ssh(1) cut the user at 30 bytes and the host at 128. The port is not in it. */
function loginPrompt(text: string): Prompt | undefined {
  const login = between(text, '', "'s password: ")
  const at = login?.lastIndexOf('@') ?? -1
  if (login === undefined || at < 1) return undefined
  const [account, host] = [login.slice(0, at), login.slice(at + 1)]
  if (account.length >= 30 || host.length >= 128) return undefined
  if (!users.test(account) || !sshHosts.test(host)) return undefined
  const isIpv6 = host.includes(':')
  return {
    of: 'ssh',
    wants: 'secret',
    endpoint: addressOf({ scheme: 'ssh', host: isIpv6 ? `[${host}]` : host }),
    account,
  }
}

/** What stands between the two; `undefined` if the text does not begin and end so. */
function between(text: string, before: string, after: string): string | undefined {
  const isSo = text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after)
  return isSo ? text.slice(before.length, text.length - after.length) : undefined
}

/** The text before the mark, and the text after it; the latter is `undefined` if the mark is not there. */
function cut(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + mark.length)]
}

/** Control characters, and what stands for bytes in an argument that are not UTF-8. */
function hasControl(text: string): boolean {
  for (const character of text) if (character < ' ' || character === '\x7f' || character === '\uFFFD') return true
  return false
}
