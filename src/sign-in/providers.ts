import { hostOfBase, type Provider } from './provider.ts'

/*
 * The providers that credbridge knows. An entry here adds one; docs/sign-in.md has the same list for people. A client
 * id belongs to the project that registered it: only ids that are part of every instance are here.
 */

const gitHubUser = (api: string) => [
  {
    url: `${api}/user`,
    scheme: 'Bearer' as const,
    account: ['login'],
    scopes: { header: 'x-oauth-scopes' },
    expires: { header: 'github-authentication-token-expiration' },
  },
]

const gitHubToken = (base: string) =>
  `${base}/settings/tokens/new?description=credbridge&scopes=repo,workflow,gist,read:packages,write:packages`

const gitHub: Omit<Provider, 'name' | 'title'> = {
  shown: 'documented',
  // Its authorization code wants a client secret, also with PKCE:
  // https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
  grants: ['device'],
  endpoints: (base) => ({
    issuer: `${base}/login/oauth`,
    authorization: `${base}/login/oauth/authorize`,
    token: `${base}/login/oauth/access_token`,
    device: `${base}/login/device/code`,
  }),
  errorsAsSuccess: true,
  // https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps names parameters only.
  secretIn: 'body',
  scopes: ['repo', 'workflow', 'gist', 'read:packages', 'write:packages'],
  asksFor: 'repositories, workflows, gists and packages',
  tokenPage: gitHubToken,
  inquiries: (base) => gitHubUser(`${base}/api/v3`),
  endPage: (base) => `${base}/settings/tokens`,
  lacks: [
    'an organisation with single sign-on must be allowed for it on the page of the token',
    'a fine-grained token does not open packages',
  ],
  printedBy: { program: 'gh', command: (host) => `gh auth token --hostname ${host}`, lasts: '1h' },
}

const gitLabScopes = ['api', 'read_repository', 'write_repository', 'read_registry', 'write_registry']

const gitLab: Omit<Provider, 'name' | 'title'> = {
  shown: 'documented',
  grants: ['code', 'device'],
  endpoints: (base) => ({
    issuer: base,
    authorization: `${base}/oauth/authorize`,
    token: `${base}/oauth/token`,
    device: `${base}/oauth/authorize_device`,
    revocation: `${base}/oauth/revoke`,
  }),
  scopes: gitLabScopes,
  asksFor: 'the whole API, repositories, the container registry and packages',
  user: 'oauth2',
  tokenPage: (base) =>
    `${base}/-/user_settings/personal_access_tokens?name=credbridge&scopes=${gitLabScopes.join(',')}`,
  inquiries: (base) => [
    { url: `${base}/api/v4/user`, scheme: 'Bearer', account: ['username'] },
    {
      url: `${base}/api/v4/personal_access_tokens/self`,
      scheme: 'Bearer',
      scopes: ['scopes'],
      expires: ['expires_at'],
    },
  ],
  revokes: (base) => ({ method: 'DELETE', url: `${base}/api/v4/personal_access_tokens/self` }),
  // https://docs.gitlab.com/api/personal_access_tokens/#self-rotate
  rotates: (base) => ({
    by: 'itself',
    about: `${base}/api/v4/personal_access_tokens/self`,
    rotate: `${base}/api/v4/personal_access_tokens/self/rotate`,
    allowedBy: ['api', 'self_rotate'],
  }),
  endPage: (base) => `${base}/-/user_settings/personal_access_tokens`,
  printedBy: { program: 'glab', command: (host) => `glab config get token --host ${host}`, lasts: '1h' },
}

/** https://docs.gitea.com/development/oauth2-provider */
const gitea: Omit<Provider, 'name' | 'title'> = {
  shown: 'documented',
  grants: ['code'],
  endpoints: (base) => ({
    issuer: base,
    authorization: `${base}/login/oauth/authorize`,
    token: `${base}/login/oauth/access_token`,
  }),
  // The entry of git credential helpers in the list that is built into every instance.
  clientId: 'a4792ccc-144e-407e-86c9-5e7d8d9c3269',
  scopes: [],
  asksFor: 'all that your account may do, because no smaller grant opens git and packages together',
  tokenPage: (base) => `${base}/user/settings/applications`,
  ticks: 'repository and package, each with read and write, and user with read',
  inquiries: (base) => [{ url: `${base}/api/v1/user`, scheme: 'Bearer', account: ['login'] }],
  // https://docs.gitea.com/development/api-usage#generating-and-listing-api-tokens
  rotates: (base) => ({
    by: 'password',
    whose: `${base}/api/v1/user`,
    tokensOf: (user) => `${base}/api/v1/users/${encodeURIComponent(user)}/tokens`,
    codeHeader: 'x-gitea-otp',
  }),
  endPage: (base) => `${base}/user/settings/applications`,
}

export const providers: readonly Provider[] = [
  {
    ...gitHub,
    name: 'github',
    title: 'GitHub',
    host: 'github.com',
    related: [
      'gist.github.com',
      'raw.githubusercontent.com',
      'ghcr.io',
      'npm.pkg.github.com',
      'maven.pkg.github.com',
      'nuget.pkg.github.com',
      'rubygems.pkg.github.com',
    ],
    inquiries: () => gitHubUser('https://api.github.com'),
  },
  { ...gitHub, name: 'github-enterprise', title: 'GitHub Enterprise' },
  { ...gitLab, name: 'gitlab', title: 'GitLab', host: 'gitlab.com', related: ['registry.gitlab.com'] },
  { ...gitLab, name: 'gitlab-self-hosted', title: 'GitLab, self-hosted' },
  { ...gitea, name: 'gitea', title: 'Gitea', shown: 'run' },
  { ...gitea, name: 'forgejo', title: 'Forgejo' },
  {
    name: 'bitbucket',
    title: 'Bitbucket',
    shown: 'documented',
    host: 'bitbucket.org',
    // Its consumers have a secret, which a program on many machines cannot keep, but a person's own can:
    // https://support.atlassian.com/bitbucket-cloud/docs/use-oauth-on-bitbucket-cloud/
    grants: ['code'],
    clientHasSecret: true,
    endpoints: (base) => ({
      issuer: base,
      authorization: `${base}/site/oauth2/authorize`,
      token: `${base}/site/oauth2/access_token`,
    }),
    scopes: [],
    asksFor: 'what your consumer may do at Bitbucket',
    // With the API, as by curl, it is the e-mail address: https://support.atlassian.com/bitbucket-cloud/docs/using-api-tokens/
    users: { git: 'x-bitbucket-api-token-auth' },
    oauthUsers: { git: 'x-token-auth' },
    tokenPage: () => 'https://id.atlassian.com/manage-profile/security/api-tokens',
    ticks: 'Bitbucket, with read and write for repositories, and read:user:bitbucket, by which the token is checked',
    asksAccount: 'E-mail address of your Atlassian account',
    inquiries: () => [{ url: 'https://api.bitbucket.org/2.0/user', scheme: 'Basic' }],
    endPage: () => 'https://id.atlassian.com/manage-profile/security/api-tokens',
    lacks: ['it ends after a year at the latest'],
    abolishes: [{ prefix: 'ATBB', says: 'app passwords have stopped working on 28 July 2026' }],
  },
  {
    name: 'azure-devops',
    title: 'Azure DevOps',
    shown: 'documented',
    host: 'dev.azure.com',
    related: ['pkgs.dev.azure.com'],
    keptAt: 'typed',
    grants: ['code', 'device'],
    endpoints: () => ({
      issuer: 'https://login.microsoftonline.com/organizations/v2.0',
      authorization: 'https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize',
      token: 'https://login.microsoftonline.com/organizations/oauth2/v2.0/token',
      device: 'https://login.microsoftonline.com/organizations/oauth2/v2.0/devicecode',
    }),
    scopes: ['499b84ac-1321-427f-aa17-267ca6975798/.default', 'offline_access'],
    asksFor: 'what your client may do at Azure DevOps: git and packages',
    redirectHost: 'localhost',
    tokenPage: (base) => `${base}/_usersSettings/tokens`,
    ticks: 'Code with read and write, Packaging with read and write',
    inquiries: (base) => [
      {
        url: `${base}/_apis/connectionData`,
        scheme: 'Basic',
        account: ['authenticatedUser', 'properties', 'Account', '$value'],
      },
    ],
    endPage: (base) => `${base}/_usersSettings/tokens`,
    abolishes: [{ says: 'tokens for all organisations stop working on 1 December 2026' }],
  },
  {
    name: 'hugging-face',
    title: 'Hugging Face',
    shown: 'documented',
    host: 'huggingface.co',
    grants: ['device', 'code'],
    endpoints: (base) => ({
      issuer: base,
      authorization: `${base}/oauth/authorize`,
      token: `${base}/oauth/token`,
      device: `${base}/oauth/device`,
    }),
    scopes: ['profile', 'read-repos', 'write-repos'],
    asksFor: 'your repositories, to read and to write',
    tokenPage: (base) => `${base}/settings/tokens/new?tokenType=write`,
    inquiries: (base) => [
      {
        url: `${base}/api/whoami-v2`,
        scheme: 'Bearer',
        account: ['name'],
        scopes: ['auth', 'accessToken', 'role'],
      },
    ],
    endPage: (base) => `${base}/settings/tokens`,
  },
  {
    name: 'google-artifact-registry',
    title: 'Google Artifact Registry',
    shown: 'documented',
    host: '.pkg.dev',
    // Its clients have a secret, and it has no page for tokens. Without these words it issues no refresh token:
    // https://developers.google.com/identity/protocols/oauth2/native-app, and web-server for `access_type`
    grants: ['code'],
    clientHasSecret: true,
    endpoints: () => ({
      issuer: 'https://accounts.google.com',
      authorization: 'https://accounts.google.com/o/oauth2/v2/auth',
      token: 'https://oauth2.googleapis.com/token',
      revocation: 'https://oauth2.googleapis.com/revoke',
    }),
    pageSays: { access_type: 'offline', prompt: 'consent' },
    scopes: ['openid', 'email', 'https://www.googleapis.com/auth/cloud-platform'],
    asksFor: 'all that your account may do at Google Cloud, because no smaller grant opens packages',
    user: 'oauth2accesstoken',
    printedBy: {
      program: 'gcloud',
      command: () => 'gcloud auth print-access-token',
      lasts: '55m',
      account: 'oauth2accesstoken',
    },
  },
  {
    name: 'oauth',
    title: 'an OAuth server',
    shown: 'tried',
    grants: ['code', 'device'],
    endpoints: 'discovered',
    scopes: [],
  },
]

/** The provider of this name. A token that a later version kept may name one that this version does not know. */
export function providerNamed(name: string): Provider | undefined {
  return providers.find((provider) => provider.name === name)
}

/** The provider that has this host, and the host at which it signs in, if the name of the host tells. */
export function providerAt(host: string): { readonly provider: Provider; readonly host: string } | undefined {
  for (const provider of providers) {
    const { host: own, related = [] } = provider
    if (own === undefined) continue
    if (own === host || (own.startsWith('.') && host.endsWith(own))) return { provider, host }
    if (related.includes(host)) return { provider, host: own }
  }
  return undefined
}

/** A provider that `probe.ts` recognises by its answers. */
export function selfHosted(name: 'github-enterprise' | 'gitlab-self-hosted' | 'gitea' | 'forgejo' | 'oauth'): Provider {
  const provider = providerNamed(name)
  if (provider === undefined) throw new TypeError(name)
  return provider
}

/** For a person: what it is, where, and how what is done there was tried. */
export function describedProvider(
  { title, shown }: Provider,
  base: string,
  what: 'sign-in' | 'rotation' = 'sign-in',
): string {
  const how = {
    run: 'was run against a real one',
    documented: 'was written from its documentation and not run against it',
    tried: 'was run against Keycloak and oidc-provider, not against this server',
  }
  return `${hostOfBase(base)} is ${title}; this ${what} ${how[shown]}`
}
