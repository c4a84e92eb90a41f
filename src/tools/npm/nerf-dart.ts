import { type Address, hostAndPort, parseAddress } from '../../core/endpoint.ts'
import { isFailure } from '../../core/failure.ts'

/*
 * npm stores settings of a registry under its address without the scheme, `//host[:port]/path/`, which its code calls a
 * nerf dart (@npmcli/config, lib/nerf-dart.js). It sends them to both http and https.
 */

/** `//host[:port]/path/`: the start of the keys of a registry's settings. */
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

/** The address of an https or http registry; `undefined` if it is invalid. The manager itself reports that. */
export function registryAddress(url: string): Address | undefined {
  try {
    const at = parseAddress(url)
    return at.scheme === 'https' || at.scheme === 'http' ? at : undefined
  } catch (error) {
    if (isFailure(error)) return undefined
    throw error
  }
}

/** `host[:port]` of an https or http registry; `undefined` if it is invalid. */
export function registryHost(url: string): string | undefined {
  const at = registryAddress(url)
  return at === undefined ? undefined : hostAndPort(at)
}
