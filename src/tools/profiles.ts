import type { Credential, Kind } from '../core/credential.ts'
import { type Address, hostAndPort } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import type { Tool } from './tool.ts'

/*
 * Programs that read credentials from an environment variable, as their manuals document. `credbridge run
 * --profile <name>` sets the variable. An entry here adds a program.
 */

export interface Profile {
  readonly name: string
  /** For a person: the program, its variable and where that is documented. */
  readonly title: string
  readonly kinds: readonly Kind[]
  /** A part of the variable's name, for programs that name their servers: `--profile name:word=…`. */
  readonly word?: string
  /** Returns the variables with the credential added to their present values. */
  variables(credential: Sent, word: string, before: Before): Readonly<Record<string, string>>
}

/** A credential for a server. */
export type Sent = Credential & { readonly endpoint: Address }

/** Returns the present value of a variable. */
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
      // Bundler looks for the address as in the Gemfile, then for the host with any port (Bundler::Settings.key_for).
      const { key, host, port } = credential.endpoint
      const name = (port === undefined ? host : `${key}/`).replaceAll('.', '__').replaceAll('-', '___').toUpperCase()
      if (name.includes('='))
        throw new Failure('unsupported', `no variable can have the name that Bundler has for ${key}`)
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

/** The profiles as tools, for `credbridge share`. */
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
  throw new Failure('malformed', 'COMPOSER_AUTH is already set and is not a JSON object')
}

/** Percent-encoded as in a URL. */
function userAndSecret({ account, kind, secret }: Sent): string {
  const escaped = encodeURIComponent(secret.expose())
  return kind === 'bearer' ? escaped : `${encodeURIComponent(account)}:${escaped}`
}

function noSemicolon(text: string): string {
  if (!text.includes(';')) return text
  throw new Failure('malformed', 'the variable cannot carry a user name or a secret with a semicolon')
}
