interface Origin {
  readonly scheme: string
  readonly host: string
  readonly port: number | undefined
  readonly path: string
}

/**
 * A server that has several names and one sign-in. Docker Hub's clients use all of these names, with and without the
 * path of its API (docs/docker.md). Deeper paths are separate endpoints.
 */
const hub = { hosts: ['index.docker.io', 'registry-1.docker.io', 'docker.io'], paths: ['', 'v1', 'v2'] }

/** Returns the canonical address of a server with several names; every other address unchanged. */
export function oneSpelling<T extends Origin>(at: T): T {
  const isHub = at.scheme === 'https' && at.port === undefined && hub.hosts.includes(at.host)
  return isHub && hub.paths.includes(at.path) ? { ...at, host: 'docker.io', path: '' } : at
}
