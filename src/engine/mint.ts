import { isAbsolute } from 'node:path'
import type { Asker } from '../core/asker.ts'
import { type Credential, isCredential, type StoredItem } from '../core/credential.ts'
import { asFailure, Failure, isFailure } from '../core/failure.ts'
import { hint, placeWords } from '../core/hint.ts'
import { isFresh, mintingOf, resultOf, secretPrinted, withResult } from '../core/minted.ts'
import { insideMinting } from '../core/program.ts'
import { samePlace } from '../core/same.ts'
import { Secret } from '../core/secret.ts'
import type { Store } from '../core/store.ts'
import type { ClientMachine } from '../system/machine.ts'
import { approvedPath } from './approvals.ts'
import { failedLately, forgetFailure, rememberFailure } from './failed-lately.ts'
import { mintEnvironment } from './mint-environment.ts'

/*
 * Runs the command of a minted credential, or hands out its kept result. Loaded only when a lookup meets such a
 * credential.
 */

/** In milliseconds. Less than the time for which others wait for the same result (stores/place-lock.ts). */
const longestRun = 60_000

/** In bytes. A token is far smaller. */
const mostOutput = 64 * 1024

interface Minter {
  readonly machine: ClientMachine
  readonly store: Store
  readonly asker: Asker
  /** Milliseconds since 1970. */
  readonly now: () => number
}

type Outcome = { readonly credential: StoredItem<Credential> | undefined } | { readonly reason: string }

/**
 * The result of the credential's command: the kept one while it is good, else a new one, for which the command runs once
 * however many ask. `refused` if the person has not approved the command on this machine, `unavailable` if it failed now
 * or within the last minute. Below such a command nothing runs and nothing waits: only a good result is an answer.
 */
export async function mint(minter: Minter, minted: Credential): Promise<StoredItem<Credential> | undefined> {
  const { machine, store, asker, now } = minter
  const isInside = machine.env[insideMinting] !== undefined
  const isApproved = approvedPath(await machine.whole(), store.name, minted) !== undefined
  if (!isApproved && isInside) return undefined
  if (!isApproved) throw notApproved(minted)
  if (isFresh(minted, mintingOf(minted), now())) return resultOf(minted)
  if (isInside) return undefined
  const reason = failedLately(machine, store.name, minted, now())
  // The work returns its failure: a store adds advice of its own to one that is thrown through it.
  const outcome = reason === undefined ? await store.alone(asker, minted, () => mintAlone(minter, minted)) : { reason }
  if ('reason' in outcome) throw notMinted(minted, outcome.reason)
  return outcome.credential
}

/**
 * What `mint` would do now, for an explanation: runs nothing and changes nothing. Where the command would run, the secret
 * is a placeholder.
 */
export async function foresee(
  { machine, store, now }: Omit<Minter, 'asker'>,
  minted: Credential,
): Promise<StoredItem<Credential>> {
  if (approvedPath(await machine.whole(), store.name, minted) === undefined) throw notApproved(minted)
  if (isFresh(minted, mintingOf(minted), now())) return resultOf(minted)
  const reason = failedLately(machine, store.name, minted, now())
  if (reason !== undefined) throw notMinted(minted, reason)
  return resultOf(withResult(minted, new Secret('placeholder'), now()))
}

/** Reads the credential again, because another process may have minted, replaced or removed it meanwhile. */
async function mintAlone(minter: Minter, asked: Credential): Promise<Outcome> {
  const { machine, store, asker, now } = minter
  const { memory: _, ...withoutMemory } = asker
  const items = await store.find(withoutMemory, [asked.endpoint], asked.account)
  const minted = items.filter(isCredential).find((item) => samePlace(item, asked) && item.kind === 'minted')
  if (minted === undefined) return { credential: undefined }
  if (isFresh(minted, mintingOf(minted), now())) return { credential: resultOf(minted) }
  const path = approvedPath(await machine.whole(), store.name, minted)
  if (path === undefined) throw notApproved(minted)
  const reason = failedLately(machine, store.name, minted, now())
  if (reason !== undefined) return { reason }
  const started = now()
  const printed = await run(machine, minted, path)
  if ('reason' in printed) {
    rememberFailure(machine, store.name, minted, { at: now(), reason: printed.reason })
    return printed
  }
  const result = withResult(minted, printed.secret, started)
  // Where somebody has changed the credential meanwhile, this answer is the last of the former command.
  await store.save(asker, result, { replaces: minted })
  forgetFailure(machine, store.name, minted)
  return { credential: resultOf(result) }
}

/** Runs the command. A reason never has anything of its output: a program may print a secret beside an error. */
async function run(
  machine: ClientMachine,
  minted: Credential,
  path: string,
): Promise<{ readonly secret: Secret } | { readonly reason: string }> {
  const [program, ...words] = mintingOf(minted).command
  if (!isAbsolute(program)) return { reason: 'its program has no absolute path' }
  try {
    const env = mintEnvironment(machine.env, path)
    const { stdout, exitCode } = await machine.run(program, words, {
      env,
      inherits: false,
      limit: longestRun,
      mostOutput,
    })
    if (exitCode !== 0) return { reason: `${program} ended with exit code ${exitCode}` }
    return { secret: secretPrinted(stdout) }
  } catch (error) {
    if (isFailure(error) && error.code !== 'internal') return { reason: asFailure(error).message }
    throw error
  }
}

function notMinted({ endpoint, account }: Credential, reason: string): Failure {
  return new Failure('unavailable', `the command for ${endpoint.key} gave no secret: ${reason}`, {
    hints: [
      hint`it runs again a minute after it failed`,
      hint`its words: credbridge approve ${placeWords(endpoint, account)}`,
    ],
  })
}

function notApproved({ endpoint, account }: Credential): Failure {
  return new Failure('refused', `the secret for ${endpoint.key} comes from a command that you have not approved here`, {
    hints: [hint`to see it and decide: credbridge approve ${placeWords(endpoint, account)}`],
  })
}
