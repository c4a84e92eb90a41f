import type { Address } from '../../core/endpoint.ts'

/**
 * Hosts that serve code and are no container registry (theirs have other names). A builder's daemon names the host that it
 * wants a sign-in for, so what git has there is nothing that docker is to borrow unasked.
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
