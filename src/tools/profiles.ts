import type { Credential, Kind } from '../core/credential.ts'
import { type Address, hostAndPort } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import type { Tool } from './tool.ts'

/*
 * Programs that take credentials from a variable of their environment, as their own manuals say. `credbridge run
 * --profile <name>` knows the variable; one line here makes it know another program's.
 */

export interface Profile {
  readonly name: string
  /** What it is for and where its variable is documented, for a person. */
  readonly title: string
  readonly kinds: readonly Kind[]
  /** A word that the variable's name is made of, for programs that name their servers: `--profile name:word=…`. */
  readonly word?: string
  /** Adds the credential to what the variables hold already. */
  variables(credential: Sent, word: string, before: Before): Readonly<Record<string, string>>
}

/** A credential for a server. */
export type Sent = Credential & { readonly endpoint: Address }

/** The value of a variable so far. */
export type Before = (variable: string) => string | undefined

export const profiles: readonly Profile[] = [
  {
    name: 'composer',
    title: 'Composer: COMPOSER_AUTH (its manual, Authentication for private packages)',
    kinds: ['basic', 'bearer'],
    variables({ endpoint, account, kind, secret }, _word, before) {
      const auth = composerAuth(before('COMPOSER_AUTH'))
      const [method, value] =
        kind === 'bearer'
          ? ['bearer', secret.expose()]
          : ['http-basic', { username: account, password: secret.expose() }]
      return {
        COMPOSER_AUTH: JSON.stringify({ ...auth, [method]: { ...auth[method], [hostAndPort(endpoint)]: value } }),
      }
    },
  },
  {
    name: 'bundler',
    title: 'Bundler: BUNDLE_<HOST> (bundle-config(1), Credentials for gem sources)',
    kinds: ['basic', 'bearer'],
    variables(credential) {
      const { host } = withoutPort(credential, 'Bundler')
      const name = host.replaceAll('.', '__').replaceAll('-', '___').toUpperCase()
      return { [`BUNDLE_${name}`]: userAndSecret(credential) }
    },
  },
  {
    name: 'rubygems',
    title: 'gem push: GEM_HOST_API_KEY (RubyGems guides, API key)',
    kinds: ['basic', 'bearer'],
    variables: ({ secret }) => ({ GEM_HOST_API_KEY: secret.expose() }),
  },
  {
    name: 'hex',
    title: 'Hex: HEX_API_KEY (mix hex.config)',
    kinds: ['basic', 'bearer'],
    variables: ({ secret }) => ({ HEX_API_KEY: secret.expose() }),
  },
  {
    name: 'nuget',
    title: 'NuGet: NuGetPackageSourceCredentials_<source> (Consuming packages from authenticated feeds)',
    kinds: ['basic'],
    word: 'source',
    variables: ({ account, secret }, word) => ({
      [`NuGetPackageSourceCredentials_${word}`]: `Username=${noSemicolon(account)};Password=${noSemicolon(secret.expose())}`,
    }),
  },
  {
    name: 'gradle',
    title: 'Gradle: ORG_GRADLE_PROJECT_<repository>Username and …Password (Supported repository protocols)',
    kinds: ['basic'],
    word: 'repository',
    variables: ({ account, secret }, word) => ({
      [`ORG_GRADLE_PROJECT_${word}Username`]: account,
      [`ORG_GRADLE_PROJECT_${word}Password`]: secret.expose(),
    }),
  },
]

/** What `credbridge share` can share with a profile. */
export const profileTools: readonly Tool[] = profiles.map(({ name, title, kinds }) => ({
  name,
  title,
  commands: [],
  lists: ({ kind, endpoint }) => endpoint.form === 'address' && (kinds as readonly string[]).includes(kind),
  onlyShared: true,
}))

type Methods = { readonly [method: string]: { readonly [host: string]: unknown } }

function composerAuth(before: string | undefined): Methods {
  if (before === undefined || before === '') return {}
  try {
    const auth: unknown = JSON.parse(before)
    if (typeof auth === 'object' && auth !== null && !Array.isArray(auth)) return auth as Methods
  } catch {}
  throw new Failure('malformed', 'COMPOSER_AUTH is set already, and is no JSON object')
}

/** Part of an address, and escaped as such. */
function userAndSecret({ account, kind, secret }: Sent): string {
  const escaped = encodeURIComponent(secret.expose())
  return kind === 'bearer' ? escaped : `${encodeURIComponent(account)}:${escaped}`
}

/** Such a variable means the host at every port. */
function withoutPort({ endpoint }: Sent, program: string): Address {
  if (endpoint.port === undefined) return endpoint
  throw new Failure('unsupported', `${program}'s variable has no place for the port of ${endpoint.key}`)
}

function noSemicolon(text: string): string {
  if (!text.includes(';')) return text
  throw new Failure('malformed', 'the variable cannot carry a user name or a secret with a semicolon')
}
