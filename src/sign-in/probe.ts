import type { Address } from '../core/endpoint.ts'
import { asFailure, type Failure } from '../core/failure.ts'
import type { Fetch } from '../system/http/client.ts'
import { askForJson, type JsonAnswer, valueAt } from './json-request.ts'
import type { Provider } from './provider.ts'
import { providerAt, selfHosted } from './providers.ts'

/** What an endpoint is. */
export interface Found {
  readonly provider: Provider
  /** The address of the instance. */
  readonly base: string
  /** Another server that signs in for it, as its answer says. A person must agree to that. */
  readonly authorizationServer?: string
}

/** Finds out what an endpoint is: by the name of its host, else by what it answers. `undefined`: nothing known. */
export async function findProvider(fetch: Fetch, endpoint: Address): Promise<Found | undefined> {
  const known = providerAt(endpoint.host)
  if (known !== undefined && endpoint.port === undefined) {
    const [first = ''] = known.provider.keptAt === 'typed' ? endpoint.path.split('/') : ['']
    return { provider: known.provider, base: `https://${known.host}${first === '' ? '' : `/${first}`}` }
  }
  const failures: Failure[] = []
  const attempt: Attempt = (url) =>
    askForJson(fetch, url).catch((error) => {
      failures.push(asFailure(error))
      return undefined
    })
  const origin = endpoint.key.slice(0, endpoint.key.length - (endpoint.path === '' ? 0 : endpoint.path.length + 1))
  const [above = ''] = endpoint.path.split('/')
  const bases = new Set([endpoint.key, above === '' ? origin : `${origin}/${above}`, origin])
  for (const base of bases) {
    const found = await forgeAt(attempt, base)
    if (found !== undefined) return { provider: found, base }
  }
  for (const base of bases) {
    if (await isIssuer(attempt, base)) return { provider: selfHosted('oauth'), base }
  }
  const server = await namedServer(attempt, endpoint.key)
  if (server !== undefined) return { provider: selfHosted('oauth'), base: endpoint.key, authorizationServer: server }
  const [first] = failures
  if (first !== undefined) throw first
  return undefined
}

type Attempt = (url: string) => Promise<JsonAnswer | undefined>

async function forgeAt(attempt: Attempt, base: string): Promise<Provider | undefined> {
  // Forgejo also answers as Gitea.
  const forgejo = await attempt(`${base}/api/forgejo/v1/version`)
  if (hasVersion(forgejo)) return selfHosted('forgejo')
  if (hasVersion(await attempt(`${base}/api/v1/version`))) return selfHosted('gitea')
  const gitLab = await attempt(`${base}/api/v4/version`)
  // A proxy of GitLab's sends its headers with any page, as of an error.
  const hasMeta = gitLab?.headers.has('x-gitlab-meta') === true && [200, 401].includes(gitLab.status)
  if (hasMeta || gitLab?.body?.['message'] === '401 Unauthorized') return selfHosted('gitlab-self-hosted')
  const gitHub = await attempt(`${base}/api/v3/meta`)
  const isGitHub = gitHub?.headers.has('x-github-enterprise-version') === true
  return isGitHub || typeof gitHub?.body?.['installed_version'] === 'string'
    ? selfHosted('github-enterprise')
    : undefined
}

function hasVersion(answer: JsonAnswer | undefined): boolean {
  return answer?.status === 200 && typeof answer.body?.['version'] === 'string'
}

async function isIssuer(attempt: Attempt, base: string): Promise<boolean> {
  const { origin, pathname } = new URL(base)
  const behind = pathname === '/' ? '' : pathname
  for (const url of [
    `${base}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${behind}`,
  ]) {
    const answer = await attempt(url)
    if (answer?.status === 200 && typeof answer.body?.['issuer'] === 'string') return true
  }
  return false
}

/** RFC 9728, 5.1: the challenge names a document, which names the servers. The document must be the endpoint's own. */
async function namedServer(attempt: Attempt, url: string): Promise<string | undefined> {
  const challenge = (await attempt(url))?.headers.get('www-authenticate') ?? ''
  const [, document] = /\bresource_metadata="([^"\s]+)"/.exec(challenge) ?? []
  if (document === undefined || !URL.canParse(document) || new URL(document).origin !== new URL(url).origin)
    return undefined
  const server = valueAt((await attempt(document))?.body, ['authorization_servers'])
  const [first] = Array.isArray(server) ? (server as readonly unknown[]) : []
  return typeof first === 'string' && URL.canParse(first) ? first : undefined
}
