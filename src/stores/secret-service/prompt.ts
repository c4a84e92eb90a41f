import { Failure, isFailure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Connection } from '../../dbus/connection.ts'
import { type Received, readBody } from '../../dbus/message.ts'
import type { Variant } from '../../dbus/value.ts'
import { dismissPrompt, startPrompt, watchName, watchPrompts } from './calls.ts'
import { locked, vanished } from './errors.ts'

/** Time limits for the Secret Service and for a person, in milliseconds. */
export interface Limits {
  /** For the first answers. The Secret Service may have to be started. */
  readonly first: number
  /** For any later answer. */
  readonly answer: number
  /** For a person to answer a dialog. */
  readonly person: number
  /** For a whole request, with all its calls. If a person is present, `person` is added. */
  readonly whole: number
}

/**
 * Lets the Secret Service ask the person, and waits for the answer:
 * https://specifications.freedesktop.org/secret-service-spec/latest/prompts.html. Dismissed: `locked`. No answer in
 * time: the dialog is closed, `timeout`.
 */
export async function askPerson(connection: Connection, prompt: string, limits: Limits): Promise<Variant> {
  const [outcome] = await Promise.all([outcomeOf(connection, prompt, limits), start(connection, prompt, limits)])
  if (outcome === 'gone') throw vanished()
  if (outcome.dismissed) throw locked('the keyring is locked, and its dialog was dismissed')
  return outcome.result
}

type Outcome = 'gone' | { readonly dismissed: boolean; readonly result: Variant }

async function outcomeOf(connection: Connection, prompt: string, limits: Limits): Promise<Outcome> {
  try {
    return await connection.signal((signal) => outcomeIn(signal, prompt), limits.person)
  } catch (error) {
    if (!isFailure(error) || error.code !== 'timeout') throw error
    // gnome-keyring 42 aborts if a client closes an open dialog (gkd-secret-unlock.c, `!self->current`) or disconnects.
    // The bus starts it again.
    await connection.call(dismissPrompt(prompt), limits.answer).catch(() => undefined)
    throw new Failure('timeout', "nobody answered the keyring's dialog in time", {
      hints: [hint`try again, and look for a dialog that asks for the keyring's password`],
    })
  }
}

async function start(connection: Connection, prompt: string, { answer }: Limits): Promise<void> {
  const calls = [watchPrompts(), watchName(), startPrompt(prompt)]
  const [, , started] = await Promise.all(calls.map((call) => connection.call(call, answer)))
  if (started === undefined) throw vanished()
}

function outcomeIn(signal: Received, prompt: string): Outcome | undefined {
  if (signal.member === 'NameOwnerChanged' && signal.sender === 'org.freedesktop.DBus') {
    const [name, , after] = readBody(signal, 'sss')
    return name === 'org.freedesktop.secrets' && after === '' ? 'gone' : undefined
  }
  if (signal.member !== 'Completed' || signal.path !== prompt) return undefined
  const [dismissed, result] = readBody(signal, 'bv')
  return { dismissed, result }
}
