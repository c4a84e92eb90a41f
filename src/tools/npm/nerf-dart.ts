import { type Address, hostAndPort, parseAddress } from '../../core/endpoint.ts'
import { isFailure } from '../../core/failure.ts'

/*
 * npm files what belongs to a registry under its address without the scheme, `//host[:port]/path/`, which its code calls
 * a nerf dart (@npmcli/config, lib/nerf-dart.js). It sends what lies there to both http and https.
 */

/** `//host[:port]/path/`, as the keys of a registry's settings begin. */
export function nerfDartOf(at: Address): string {
  return `//${hostAndPort(at)}/${at.path === '' ? '' : `${at.path}/`}`
}

/** The dart and the setting's name in a key like `//host/path/:_authToken`; `undefined` for any other key. */
export function splitNerfDart(key: string): { nerfDart: string; name: string } | undefined {
  const colon = key.lastIndexOf(':')
  if (!key.startsWith('//') || colon < 2) return undefined
  const nerfDart = key.slice(0, colon)
  return { nerfDart: nerfDart.endsWith('/') ? nerfDart : `${nerfDart}/`, name: key.slice(colon + 1) }
}

/** The address of an https or http registry; `undefined` for what is none, which the manager itself complains about. */
export function registryAddress(url: string): Address | undefined {
  try {
    const at = parseAddress(url)
    return at.scheme === 'https' || at.scheme === 'http' ? at : undefined
  } catch (error) {
    if (isFailure(error)) return undefined
    throw error
  }
}

/** `host[:port]` of an https or http registry; `undefined` for what is none. */
export function registryHost(url: string): string | undefined {
  const at = registryAddress(url)
  return at === undefined ? undefined : hostAndPort(at)
}

/** Traffic to here stays on the machine. */
export function isLoopback({ host }: Address): boolean {
  const name = host.startsWith('[') ? host.slice(1, -1) : host
  return name === '::1' || name === 'localhost' || /^127(\.[0-9]{1,3}){3}$/.test(name)
}
