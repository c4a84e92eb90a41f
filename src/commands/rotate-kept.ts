import { join } from 'node:path'
import { type Credential, isCredential, person, type StoredItem } from '../core/credential.ts'
import { asFailure, Failure } from '../core/failure.ts'
import { type Hint, hint, placeWords } from '../core/hint.ts'
import type { SetResult } from '../core/persons-word.ts'
import { samePlace } from '../core/same.ts'
import { renewedToken } from '../core/token.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { NewToken } from '../sign-in/new-token.ts'
import { createFile } from '../system/create-file.ts'
import { discard } from '../system/discard.ts'
import type { Machine } from '../system/machine.ts'
import { makeOwnFolder } from '../system/own-folder.ts'
import { randomHex } from '../system/random.ts'

type Places = Pick<Machine, 'folders' | 'userId'>

/** Makes sure that a token which no store takes can be written to a file. Returns the path for one. */
export function placeForLost({ folders, userId }: Places): string {
  makeOwnFolder(folders.state, userId)
  const path = join(folders.state, `rotated-${randomHex(8)}`)
  createFile(path, '')
  discard(path)
  return path
}

const attempts = 5

/**
 * Keeps the new token as the person's, for every tool, and reads it back. If no attempt succeeds, the new token is
 * ended where the former one still works; else it is written to a private file. Either way that is a failure.
 * `undefined`: it is kept, but not all that belongs to a save was done.
 */
export async function keepNewToken(
  context: CliContext,
  former: Credential,
  made: NewToken,
  page: string | undefined,
): Promise<SetResult | undefined> {
  const credential = { ...withNewToken(former, made), owner: person }
  let failure = new Failure('internal', 'the store was not asked')
  for (let left = attempts; left > 0; left--) {
    try {
      const change = await (await (await context.broker()).personActions()).set(credential)
      if (change.result !== 'expired') return change
      failure = new Failure('malformed', 'the provider says that it has already ended')
      break
    } catch (error) {
      failure = asFailure(error)
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  if (await isKept(context, credential)) return undefined
  if (made.takeBack === undefined) throw writtenDown(context.machine, credential, failure, page)
  const isBack = await made.takeBack().then(
    () => true,
    () => false,
  )
  const where = page === undefined ? [] : [hint`end the new one there: ${page}`]
  throw new Failure(
    failure.code,
    `the new token could not be kept, and the former one still works: ${failure.message}`,
    {
      hints: [...failure.hints, ...(isBack ? [] : where)],
      cause: failure,
    },
  )
}

/** The same with the new secret. A token remembers the former one, which a tool may still repeat. */
function withNewToken(former: Credential, { secret, expires }: NewToken): Credential {
  const end = expires === undefined ? {} : { expires }
  if (former.kind === 'token') return renewedToken(former, { accessToken: secret, ...end }, Date.now())
  const { expires: _, ...rest } = former
  return { ...rest, secret, ...end }
}

async function isKept({ engine, asker }: CliContext, credential: Credential): Promise<boolean> {
  const [first] = await engine.stores()
  const none: readonly StoredItem[] = []
  const items = await first.find(asker, [credential.endpoint], credential.account).catch(() => none)
  return items.filter(isCredential).some((item) => samePlace(item, credential) && item.secret.equals(credential.secret))
}

/** The token is the only one that works, so it is not lost: a person can keep it from the file. */
function writtenDown(machine: Places, credential: Credential, failure: Failure, page: string | undefined): Failure {
  const why = `the new token could not be kept: ${failure.message}`
  try {
    const path = placeForLost(machine)
    createFile(path, credential.secret.expose())
    return new Failure(failure.code, `${why}; it is in ${path}, and the former one has ended`, {
      hints: [...failure.hints, keepFrom(credential, path), hint`then: rm ${path}`],
      cause: failure,
    })
  } catch {
    const end = page === undefined ? [] : [hint`end it there: ${page}`]
    const anew = hint`credbridge login --token ${placeWords(credential.endpoint, credential.account)}`
    return new Failure(failure.code, `${why}; no file could be written either, and the former one has ended`, {
      hints: [...failure.hints, ...end, anew],
      cause: failure,
    })
  }
}

function keepFrom({ endpoint, account, kind }: Credential, path: string): Hint {
  if (kind === 'token') return hint`to keep it: credbridge login --token ${placeWords(endpoint, account)} < ${path}`
  return hint`to keep it: credbridge set --kind ${kind} ${placeWords(endpoint, account)} < ${path}`
}
