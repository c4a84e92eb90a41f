import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { isLoopback } from '../../core/loopback.ts'
import type { Environment } from '../machine.ts'
import type { Peer, ProxyPeer } from './exchange.ts'

/**
 * The proxy for a server, by the variables that curl knows: https://everything.curl.dev/usingcurl/proxies/env.html. A
 * loopback host has none: the proxy's would be another machine. An invalid variable is `malformed`.
 */
export function proxyFor(server: Peer, env: Environment): ProxyPeer | undefined {
  if (isLoopback(server)) return undefined
  const [name = '', value = ''] = variable(env, 'https_proxy')
  return value === '' || isExcepted(server, variable(env, 'no_proxy')[1] ?? '') ? undefined : proxyIn(name, value)
}

/** The name and the value of a variable. The name in lower case takes precedence. */
function variable(env: Environment, lower: string): readonly [name?: string, value?: string] {
  for (const name of [lower, lower.toUpperCase()]) {
    const value = env[name]
    if (value !== undefined && value !== '') return [name, value]
  }
  return []
}

function proxyIn(name: string, value: string): ProxyPeer {
  const mends = [hint`set ${name} to http://host:port`]
  const url = urlIn(value.includes('://') ? value : `http://${value}`)
  const user = url === undefined ? undefined : userIn(url)
  if (url === undefined || user === undefined || url.hostname === '') {
    throw new Failure('malformed', `${name} is not the address of a proxy`, { hints: mends })
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Failure('unsupported', `${name} names a kind of proxy that credbridge does not know`, { hints: mends })
  }
  const secure = url.protocol === 'https:'
  const port = Number(url.port) || (secure ? 443 : 80)
  const authorization = user === '' ? undefined : `Basic ${Buffer.from(user).toString('base64')}`
  return { host: url.hostname, port, secure, authorization }
}

function urlIn(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

/** User name and password as basic authentication has them; `undefined` if they are not valid percent-encoding. */
function userIn({ username, password }: URL): string | undefined {
  try {
    return username === '' && password === '' ? '' : [username, password].map(decodeURIComponent).join(':')
  } catch {
    return undefined
  }
}

/** Whether NO_PROXY names the server: `*`, a host or a domain, with or without a port, or a range of IPv4 addresses. */
function isExcepted(server: Peer, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry === '*' || isNamed(server, entry))
}

function isNamed({ host, port }: Peer, entry: string): boolean {
  const [, name = '', only] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(bracketed(entry)) ?? []
  if (only !== undefined && Number(only) !== port) return false
  if (name.includes('/')) return isInRange(host, name)
  const domain = name.replace(/^\*?\./, '').replace(/\.$/, '')
  return domain !== '' && (host === domain || (host.endsWith(`.${domain}`) && addressOf(host) === undefined))
}

/** A bare IPv6 address gets the brackets that it has in a URL. */
function bracketed(entry: string): string {
  return entry.split(':').length > 2 && !entry.startsWith('[') ? `[${entry}]` : entry
}

function isInRange(host: string, range: string): boolean {
  const [from = '', length = ''] = range.split('/')
  const [address, first] = [addressOf(host), addressOf(from)]
  if (address === undefined || first === undefined || !/^\d{1,2}$/.test(length) || Number(length) > 32) return false
  const size = 2 ** (32 - Number(length))
  return Math.floor(address / size) === Math.floor(first / size)
}

/** An IPv4 address as a number. */
function addressOf(host: string): number | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(host)) return undefined
  return host.split('.').reduce((number, part) => number * 256 + Number(part), 0)
}
