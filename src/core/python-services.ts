import { type Endpoint, serviceName } from './endpoint.ts'

/**
 * The service names under which Python's keyring keeps what belongs to an endpoint: a service name is its own, an address
 * is spelled as it is or with a slash at its end. A bare host is none of them: whoever asks for that may be about to use http.
 */
export function pythonServices({ form, key }: Endpoint): readonly Endpoint[] {
  return form === 'service' ? [serviceName(key)] : [serviceName(key), serviceName(`${key}/`)]
}
