import { type Endpoint, serviceName } from './endpoint.ts'

/**
 * The service names of an endpoint in Python's keyring: a service name itself, or an address with and without a
 * trailing slash. A bare host is not included, because a program that looks it up may use http.
 */
export function pythonServices({ form, key }: Endpoint): readonly Endpoint[] {
  return form === 'service' ? [serviceName(key)] : [serviceName(key), serviceName(`${key}/`)]
}
