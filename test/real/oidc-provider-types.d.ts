declare module 'oidc-provider' {
  import type { EventEmitter } from 'node:events'
  import type { RequestListener } from 'node:http'

  interface Token {
    save(): Promise<string>
  }

  /** As much of the provider's interface as the tests use; the package has no types of its own. */
  export class Provider extends EventEmitter {
    constructor(issuer: string, configuration: object)
    callback(): RequestListener
    readonly Client: { find(id: string): Promise<object | undefined> }
    readonly Grant: new (
      of: object,
    ) => Token & { addOIDCScope(scope: string): void }
    readonly AccessToken: (new (of: object) => Token) & { find(token: string): Promise<object | undefined> }
    readonly RefreshToken: new (
      of: object,
    ) => Token
  }
}
