import type { Aliases } from '../core/aliases.ts'
import type { Secret } from '../core/secret.ts'
import type { OpenbaoSettings } from '../stores/store-type.ts'

/** A person's settings. Read from the user's own file and environment, never from the working directory. */
export interface Settings {
  /** The stores to read from, in order. Saves go to the first. Absent: the settled store. */
  readonly stores: readonly string[] | undefined
  /** How many hours an erased, replaced or removed credential can be restored. 0: never. */
  readonly recoverHours: number
  /** Hosts that use another host's credentials: from host to host, as the user wrote them. */
  readonly aliases: Aliases
  /** The user name that git sends with a token without one, for hosts of no known provider. */
  readonly tokenUser: string
  /** The path of the vault's key file, if it is not the default. */
  readonly vaultKeyFile: string | undefined
  /** The file of a private authority's certificates, for our own requests over https. */
  readonly httpCaFile: string | undefined
  /** The clients that the user registered for signing in, by endpoint. */
  readonly signIn: OwnClients
  /** How secrets are sent over the bus: `plain` trusts the bus, `dh` encrypts each exchange. */
  readonly secretServiceSession: 'plain' | 'dh'
  /** Whether calls of this machine's own tools are written to the log, as those of other machines are. */
  readonly audit: boolean
  /** The server of the `openbao` store. Absent: what the environment names. */
  readonly openbao: OpenbaoSettings | undefined
  /** What tools have settings for, by their names: `docker.when-locked`. Absent: as usual. */
  readonly tools: Readonly<Record<string, string>>
  /** Keys of the file that this version does not know. They are ignored, and doctor lists them. */
  readonly unknownKeys: readonly string[]
}

/** A client that a person registered, and what goes with it. It takes precedence over what a profile says. */
export interface OwnClient {
  readonly clientId?: string
  /** It has a secret, for which the person is asked. */
  readonly clientHasSecret?: boolean
  /** As git's settings have it. Ours never do. */
  readonly clientSecret?: Secret
  readonly scopes?: readonly string[]
  readonly issuer?: string
  readonly authorizationEndpoint?: string
  readonly tokenEndpoint?: string
  readonly deviceEndpoint?: string
  readonly revocationEndpoint?: string
  /** The user name that a wire with user name and password sends with the token. */
  readonly user?: string
}

/** The clients of the settings, by the origin that each is for. */
export type OwnClients = Readonly<Record<string, OwnClient>>
