import type { Header } from './header.ts'
import type { VaultOptions } from './options.ts'

/** What opened the vault. */
export type Opener = 'key-file' | 'provided' | 'kernel-keyring' | 'ssh-agent' | 'passphrase'

/** The key if the vault opens this way; `undefined` if the way does not exist here. */
export type Way = (header: Header, options: VaultOptions) => Promise<Buffer | undefined>
