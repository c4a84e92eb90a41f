interface Origin {
  readonly scheme: string
  readonly host: string
  readonly port: number | undefined
  readonly path: string
}

/**
 * A server that has several names and one sign-in. Docker Hub: its clients call it by each of these, with and without
 * the path of its interface (docs/docker.md); what lies deeper is a place of its own.
 */
const hub = { hosts: ['index.docker.io', 'registry-1.docker.io', 'docker.io'], paths: ['', 'v1', 'v2'] }

/** The one spelling of an address that has several; every other address as it is. */
export function oneSpelling<T extends Origin>(at: T): T {
  const isHub = at.scheme === 'https' && at.port === undefined && hub.hosts.includes(at.host)
  return isHub && hub.paths.includes(at.path) ? { ...at, host: 'docker.io', path: '' } : at
}
