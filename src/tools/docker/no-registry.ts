import type { Address } from '../../core/endpoint.ts'

/**
 * Hosts that serve code and are not container registries; their registries have other names. A builder's daemon chooses
 * the host that docker asks for, so docker must not borrow git's credentials for these hosts unless they are shared
 * with it.
 */
const hosts = [
  'github.com',
  'api.github.com',
  'gist.github.com',
  'gitlab.com',
  'bitbucket.org',
  'api.bitbucket.org',
  'dev.azure.com',
  'huggingface.co',
]

export function isNoRegistry({ host }: Address): boolean {
  return hosts.includes(host)
}
