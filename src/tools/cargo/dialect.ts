import { hostAndPort } from '../../core/endpoint.ts'
import { asFailure, Failure } from '../../core/failure.ts'
import { formatFailure } from '../../core/failure-text.ts'
import { longestLine } from '../../system/lines.ts'
import { ask, type Conversation, type Dialect, print, readLine, remove, reply, save, setting } from '../dialect.ts'
import { addressIn } from './index-address.ts'
import { type Found, findFor, type Registry, registryOf, removalsFor, tool } from './lookup.ts'
import { hello, printBroken, printDone, printNoAnswer, printToken, type Request, readRequest } from './message.ts'
import { command, saysIndex, startedByCargo } from './names.ts'
import type { Home } from './places.ts'
import { type Form, isPrintable, proofOf, tokenOf } from './token.ts'
import { whyNot } from './unshared.ts'

/**
 * cargo's credential-provider protocol, version 1: after our first line, one line for each request and one for each
 * answer, until cargo ends its output. cargo ignores an answer if the exit code is not 0. After `not-found` cargo asks
 * its next provider. A failure ends cargo's command, with the reason.
 */
export function cargo(machine: Home): Dialect {
  return {
    tool,
    // cargo does not report an answer of a process that a signal ended.
    broken: (failure, text) => ({ stdout: printBroken(text), stderr: failure.stuck ? text : '', exitCode: 0 }),

    *converse({ words, env }) {
      if (!words.includes(startedByCargo)) return reply(usage, 1)
      yield* print(hello)
      let remarks = ''
      for (;;) {
        const line = yield* readLine(longestLine)
        if (line === undefined) return { stdout: '', stderr: remarks, exitCode: 0 }
        const { stdout, stderr } = yield* answer(line, { ...machine, env })
        yield* print(stdout)
        remarks += stderr
      }
    },
  }
}

const usage = `${command} is started by cargo: credbridge setup cargo\n`

/** A failure ends the request and not the conversation, except if this process must end. */
function* answer(line: string, home: Home): Conversation {
  try {
    return yield* carryOut(readRequest(line), home)
  } catch (error) {
    const failure = asFailure(error)
    if (failure.stuck) throw failure
    return reply(printBroken(formatFailure(failure)))
  }
}

function* carryOut(request: Request, home: Home): Conversation {
  const { kind, index, words } = request
  if (kind !== 'get' && kind !== 'login' && kind !== 'logout') return reply(printNoAnswer('operation-not-supported'))
  if (words.includes(saysIndex)) return reply(printBroken(`${saysIndex} ${index}`))
  const registry = registryOf(request)
  if (registry === undefined) return reply(printNoAnswer('url-not-supported'))
  if (kind === 'get') return yield* get(registry, home)
  if (kind === 'login') return yield* login(registry, request)
  return yield* logout(registry, home)
}

function* get(registry: Registry, home: Home): Conversation {
  const found = yield* findFor(home, registry)
  if (found === undefined) return { ...reply(printNoAnswer('not-found')), stderr: yield* whyNot(registry) }
  const { credential } = found
  const form = credential.owner === tool ? undefined : ((yield* formAt(registry)) ?? usualForm(found))
  return reply(printToken(tokenOf(credential, form), credential.expires))
}

/** What the person's settings say about the registry's host. */
function* formAt({ at }: Registry): Conversation<Form | undefined> {
  return (yield* setting(`cargo.authorization.${hostAndPort(at)}`)) as Form | undefined
}

/** A secret without a user name that was set at the index itself is a token as cargo understands it. */
function usualForm({ credential: { kind, account }, isAbove }: Found): Form {
  return kind === 'basic' && account === '' && !isAbove ? 'bare' : 'bearer'
}

function* login(registry: Registry, request: Request): Conversation {
  const typed = request.token ?? (yield* ask(questionFor(registry, request))).expose()
  const token = typed.trim()
  if (token === '') throw new Failure('refused', 'the token is empty, nothing was kept')
  if (!isPrintable(token)) throw new Failure('malformed', 'the token has characters that cargo cannot send')
  const credential = { endpoint: registry.at, account: '', owner: tool, ...proofOf(token) }
  yield* save(credential, { oneAccount: true, lists: true })
  return reply(printDone('login'))
}

/** As cargo words it. The address is from the registry. */
function questionFor({ at }: Registry, { loginUrl = '' }: Request): string {
  const page = addressIn(loginUrl)
  const isPage = page?.scheme === 'https' || page?.scheme === 'http'
  return isPage ? `please paste the token found on ${loginUrl} below: ` : `please paste the token for ${at.key} below: `
}

function* logout(registry: Registry, home: Home): Conversation {
  let isChanged = false
  for (const removal of yield* removalsFor(home, registry)) isChanged = (yield* remove(removal)) || isChanged
  return reply(isChanged ? printDone('logout') : printNoAnswer('not-found'))
}
