import { Failure, isFailure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Secret } from '../../core/secret.ts'
import type { Header } from './header.ts'
import { vaultKey } from './key.ts'
import { lockedAt } from './locked.ts'
import type { VaultOptions } from './options.ts'
import { askUntil } from './passphrase-question.ts'
import { isKeyFileSlot } from './slots/key-file.ts'
import { openSlot } from './slots/slot.ts'
import { parseUnlocked, type Unlocked } from './unlocked.ts'
import type { Opener, Way } from './way.ts'

/** The ways to open a vault without its key file, in the order in which they are tried. */
export const otherWays: readonly (readonly [Opener, Way])[] = [
  ['provided', byProvided],
  ['kernel-keyring', byKernelKeyring],
  ['ssh-agent', byAgent],
  ['passphrase', byAsking],
]

/** The vault's key from a passphrase; `undefined` if it opens no slot. */
export async function byPassphrase(header: Header, passphrase: Secret): Promise<Buffer | undefined> {
  const { isPassphraseSlot, secretOfPassphrase } = await import('./slots/passphrase.ts')
  for (const slot of header.slots.filter(isPassphraseSlot)) {
    const key = openSlot(header.id, slot, secretOfPassphrase(passphrase, slot.scrypt))
    if (key !== undefined) return key
  }
  return undefined
}

async function byProvided(header: Header, options: VaultOptions): Promise<Buffer | undefined> {
  const secret = await options.provided?.()
  if (secret === undefined) return undefined
  const unlocked = parseUnlocked(secret.expose())
  const key = unlocked === undefined ? await byPassphrase(header, secret) : currentKey(header, unlocked, options)
  if (key !== undefined) return key
  throw new Failure('locked', 'the key from the environment does not open the vault, or has expired', {
    hints: [hint`credbridge unlock`],
  })
}

/** The options without keys of an earlier `unlock`, so that only a key slot opens the vault. */
export function withoutUnlocked({ kernelKeyring: _, provided, ...others }: VaultOptions): VaultOptions {
  if (provided === undefined) return others
  return {
    ...others,
    async provided() {
      const secret = await provided()
      return secret === undefined || parseUnlocked(secret.expose()) === undefined ? secret : undefined
    },
  }
}

async function byKernelKeyring(header: Header, options: VaultOptions): Promise<Buffer | undefined> {
  if (options.kernelKeyring === undefined || header.slots.every(isKeyFileSlot)) return undefined
  const keyring = await options.kernelKeyring().catch(lockedFor)
  const text = keyring.read(header.id)
  const unlocked = text === undefined ? undefined : parseUnlocked(text)
  if (unlocked === undefined) return undefined
  const key = currentKey(header, unlocked, options)
  if (key === undefined) keyring.forget(header.id)
  return key
}

/** If the kernel refuses its keyring, it is unknown whether the vault was unlocked, so it counts as locked. */
function lockedFor(error: unknown): never {
  if (!isFailure(error)) throw error
  const { code, message, hints, cause } = error
  throw new Failure(code, `the vault is locked, and ${message}`, { cause, hints })
}

async function byAgent(header: Header, options: VaultOptions): Promise<Buffer | undefined> {
  if (!header.slots.some(({ type }) => type === 'ssh-agent')) return undefined
  const { agentOf, fingerprint, isAgentSlot, secretOfAgent } = await import('./slots/ssh-agent.ts')
  const agent = agentOf(options)
  const slots = header.slots.filter(isAgentSlot)
  const keys = slots.map(({ publicKey }) => fingerprint(publicKey))
  const wanted = keys.join(' or ')
  const agents = keys.map((key) => hint`use an SSH agent that holds the key ${key}`)
  const hints = [...agents, hint`ssh-add -l`]
  if (agent === undefined) throw new Failure('locked', 'the vault is locked: there is no SSH agent here', { hints })
  for (const slot of slots) {
    const secret = await secretOfAgent(agent, header.id, slot)
    const key = secret === undefined ? undefined : openSlot(header.id, slot, secret)
    if (key !== undefined) return key
  }
  throw new Failure('locked', `the vault is locked: the SSH agent does not sign with ${wanted}`, { hints })
}

async function byAsking(header: Header, { ask }: VaultOptions): Promise<Buffer | undefined> {
  if (!header.slots.some(({ type }) => type === 'passphrase')) return undefined
  if (ask === undefined) {
    throw new Failure('locked', 'the vault is locked', { hints: [hint`credbridge unlock`] })
  }
  const key = await askUntil(ask, (passphrase) => byPassphrase(header, passphrase))
  if (key === undefined) throw new Failure('locked', 'this passphrase does not open the vault')
  return key
}

function currentKey(header: Header, { vault, from, until, key }: Unlocked, options: VaultOptions): Buffer | undefined {
  const fits = vault === header.id && vaultKey(key).id.toString('hex') === header.keyId
  return fits && until > options.now() && from > (lockedAt(options) ?? 0) ? key : undefined
}
