import { type Credential, isCredential, person } from '../../../core/credential.ts'
import { asFailure, Failure, withHints } from '../../../core/failure.ts'
import { printable } from '../../../core/failure-text.ts'
import { hint } from '../../../core/hint.ts'
import { decodeItem, endpointFromKey, keyFromEndpoint } from '../../../core/item.ts'
import { isObject, type Members } from '../../../core/record.ts'
import { Secret } from '../../../core/secret.ts'
import { typedSpan } from '../../../core/time-words.ts'
import { tryOut } from '../../settling.ts'
import type { StoreCommandContext } from '../../store-type.ts'
import { connectionOf } from '../connection.ts'
import { dataIn, isDone } from '../outcome.ts'
import { questionOf } from './login-call.ts'
import { recordOf, toGive } from './travel.ts'

/* https://openbao.org/docs/concepts/response-wrapping: the server keeps what is sent, and a token opens it once. */

const wrapping = 'sys/wrapping/wrap'

/** Prints a token with which a colleague gets this credential, once and only for a while. */
export async function send(
  context: StoreCommandContext,
  word: string,
  { for: time }: { readonly for: string },
): Promise<number> {
  const span = typedSpan(time) ?? 0
  if (span < 60_000 || span > 7 * 86_400_000)
    throw new Failure('malformed', '--for takes a time such as 30m or 8h, at most 7d')
  const credential = await toGive(context, await context.placeIn(word))
  const connection = connectionOf({ ...context, parameter: '' })
  const { endpoint, account } = credential
  const body = { credbridge: 1, endpoint: keyFromEndpoint(endpoint, person), account, value: recordOf(credential) }
  const question = { ...questionOf('POST', wrapping, body), wrap: Math.round(span / 1000) }
  const reply = await connection.ask(question)
  const info = reply.body?.['wrap_info']
  const token = isObject(info) ? info['token'] : undefined
  if (!isDone(reply) || typeof token !== 'string') throw await connection.failed(reply, question)
  context.terminal.out(`${token}\n`)
  context.terminal.say(
    `whoever has this token can get ${printable(`${account} at ${endpoint.key}`)} once within ${time}: credbridge receive\n`,
  )
  return 0
}

/** Opens what a colleague sent, and keeps it after a question. */
export async function receive(context: StoreCommandContext, { yes }: { readonly yes?: boolean }): Promise<number> {
  const { terminal, broker } = context
  const connection = connectionOf({ ...context, parameter: '' })
  const typed = terminal.inIsTerminal
    ? await terminal.askSecret('Token that you were sent')
    : await terminal.readSecret()
  const token = new Secret(typed.expose().trim())
  if (!/^[\x21-\x7e]+$/.test(token.expose())) throw new Failure('malformed', 'that is not a token')
  const looked = await connection.askAs(undefined, questionOf('POST', 'sys/wrapping/lookup', { token: token.expose() }))
  if (!isDone(looked))
    throw looked.status === 400 || looked.status === 403
      ? opened()
      : await connection.failed(looked, questionOf('POST', 'sys/wrapping/lookup'))
  // Something else in the place of what was sent shows by where it was made.
  if (dataIn(looked)?.['creation_path'] !== wrapping)
    throw new Failure('refused', 'that token was not made by credbridge send')
  // The token opens once, so the store is tried before.
  await tryOut(await context.storeForSaves(), { tool: person, personPresent: true })
  const reply = await connection.askAs(token, questionOf('POST', 'sys/wrapping/unwrap', {}))
  if (!isDone(reply))
    throw reply.status === 400 || reply.status === 403
      ? opened()
      : await connection.failed(reply, questionOf('POST', 'sys/wrapping/unwrap'))
  const credential = credentialIn(dataIn(reply))
  const what = printable(`${credential.account} at ${credential.endpoint.key}`)
  if (yes !== true && !(await terminal.confirm(`Keep ${what}?`, hint`credbridge receive --yes`))) {
    terminal.say('nothing was kept, and the token opens nothing any more\n')
    return 1
  }
  const actions = await (await broker()).personActions()
  await actions.set(credential).catch((error: unknown) => {
    throw withHints(asFailure(error), [hint`what was sent is lost: ask the sender for another token`])
  })
  terminal.say(`kept ${what}\n`)
  return 0
}

function credentialIn(data: Members | undefined): Credential {
  const { credbridge, endpoint, account, value } = data ?? {}
  if (credbridge === 1 && typeof endpoint === 'string' && typeof account === 'string' && typeof value === 'string') {
    const item = decodeItem({ endpoint: endpointFromKey(endpoint, person), account, owner: person }, value)
    if (isCredential(item) && !['token', 'minted'].includes(item.kind)) return item
  }
  throw new Failure('malformed', 'what was sent is not a credential that this version knows')
}

function opened(): Failure {
  return new Failure('refused', 'this token opens nothing: it was opened already, or its time is over', {
    hints: [hint`if it was not you who opened it, tell the sender: the secret must be replaced`],
  })
}
