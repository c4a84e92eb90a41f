import type { Grant, UserNames } from '../core/grant.ts'

/** How a program without a secret of its own signs in. `code`: authorization code with PKCE; `device`: device flow. */
export type GrantType = 'code' | 'device'

/** The addresses of a provider's OAuth server. */
export interface Endpoints {
  readonly issuer: string
  readonly authorization?: string
  readonly token: string
  readonly device?: string
  readonly revocation?: string
}

/** The way to a value in a JSON answer. */
export type Way = readonly string[]

/** One request that says something about a token. */
export interface Inquiry {
  readonly url: string
  /** `Basic`: the account and the token; otherwise the token after this word. */
  readonly scheme: 'Bearer' | 'Basic'
  /** The token may be without the right to ask that. It then says nothing. */
  readonly mayBeForbidden?: true
  readonly account?: Way
  readonly scopes?: Way | { readonly header: string }
  readonly expires?: Way | { readonly header: string }
}

/** A kind of secret that a provider has ended or announces to end. */
export interface Abolished {
  /** The beginning of such a secret; absent: any password that is kept for the host may be one. */
  readonly prefix?: string
  readonly says: string
}

/**
 * How a program replaces a token by a new one with the same rights. `itself`: the token asks for its successor and ends
 * at once. `password`: the person's password makes the new one and ends the former one.
 */
export type Rotation = RotationByItself | RotationByPassword

export interface RotationByItself {
  readonly by: 'itself'
  /** Says of the token with which it is asked when it was made, when it ends, and its scopes. */
  readonly about: string
  readonly rotate: string
  /** The scopes of which one lets a token rotate itself. */
  readonly allowedBy: readonly string[]
}

export interface RotationByPassword {
  readonly by: 'password'
  /** Says whose token it is with which it is asked. */
  readonly whose: string
  /** The tokens of a user: listed, made, and below it by their numbers ended. */
  tokensOf(user: string): string
  /** The header for the code of a second factor. */
  readonly codeHeader: string
}

/**
 * A place where a person signs in, as data. `base` is the address of an instance without a trailing slash:
 * `https://git.example.com`, or `https://example.com/gitea`.
 */
export interface Provider {
  /** Its name in a token's grant (core/token.ts). A promise: it is kept with tokens. */
  readonly name: string
  readonly title: string
  /**
   * `run`: its sign-in was run against the real server. `documented`: it was written from its documentation. `tried`: it is
   * for servers of many kinds, and was run against two, Keycloak and `oidc-provider`.
   */
  readonly shown: 'run' | 'documented' | 'tried'
  /** Its host, or with a leading dot the end of its hosts. Absent: its answers tell what a host is (probe.ts). */
  readonly host?: string
  /** Its other hosts, whose tools use the same sign-in through aliases. */
  readonly related?: readonly string[]
  /** Where its tokens are kept. `typed`: below the path that the person typed, which names an organisation. */
  readonly keptAt?: 'typed'
  /** In the order of preference. Empty: only with a token that a person makes, or a command. */
  readonly grants: readonly GrantType[]
  /** Where it signs in; `discovered`: its own configuration says it. Absent: nowhere that we know. */
  readonly endpoints?: 'discovered' | ((base: string) => Endpoints)
  /** The id of a client that is part of every instance. Nobody else's id is ever used. */
  readonly clientId?: string
  /** What is asked for, so that its packages are open, too. Empty: the provider decides. */
  readonly scopes: readonly string[]
  /** What that means, for a person. */
  readonly asksFor?: string
  /** Every client that it registers has a secret. The person is asked for it. */
  readonly clientHasSecret?: true
  /** How it takes a client's secret: in the body. Absent: in a header, or as its configuration says. */
  readonly secretIn?: 'body'
  /** What it wants to read in the address of its page, beside what every provider does. */
  readonly pageSays?: Readonly<Record<string, string>>
  /** The host of the redirect address, where it is not 127.0.0.1. */
  readonly redirectHost?: 'localhost'
  /** It answers errors with status 200: https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors */
  readonly errorsAsSuccess?: true
  /** The user name that a wire with user name and password sends; absent: the account. */
  readonly user?: string
  /** The same for single tools, by their names. */
  readonly users?: UserNames
  /** The same for single tools, with a token of the provider's OAuth server; absent: `users`. */
  readonly oauthUsers?: UserNames
  /** The page on which a person makes a token. What can be filled in is. */
  readonly tokenPage?: (base: string) => string
  /** The scopes to tick where the page does not take them. */
  readonly ticks?: string
  /** The person must type the account, because the token alone does not tell it. */
  readonly asksAccount?: string
  /** The requests that say whose a token is, what it may do and when it ends. */
  readonly inquiries?: (base: string) => readonly Inquiry[]
  /** Ends a token that a person made. */
  readonly revokes?: (base: string) => { readonly method: 'DELETE'; readonly url: string }
  /** Absent: no program can replace a token that a person made. */
  readonly rotates?: (base: string) => Rotation
  /** The page on which a person ends a token or a grant. */
  readonly endPage?: (base: string) => string
  /** What a token that a person made cannot do. */
  readonly lacks?: readonly string[]
  /** A program that prints its token, for `credbridge login --from`. */
  readonly printedBy?: PrintedBy
  readonly abolishes?: readonly Abolished[]
}

export interface PrintedBy {
  readonly program: string
  /** Its words, for the host of the instance. */
  command(host: string): string
  readonly lasts: string
  readonly account?: string
}

/** The host of an instance, with its port if that is not the default. */
export function hostOfBase(base: string): string {
  return new URL(base).host
}

/** The user names that tools send: the person's own for all, else those of the provider. */
export function userNames(
  own: string | undefined,
  user: string | undefined,
  users: UserNames | undefined,
): Pick<Grant, 'user' | 'users'> {
  if (own !== undefined) return { user: own }
  return { ...(user === undefined ? {} : { user }), ...(users === undefined ? {} : { users }) }
}
