import { Failure, isFailure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Connection } from '../../dbus/connection.ts'
import { type Received, readBody } from '../../dbus/message.ts'
import type { Variant } from '../../dbus/value.ts'
import { dismissPrompt, startPrompt, watchName, watchPrompts } from './calls.ts'
import { locked, vanished } from './errors.ts'

/** How long the Secret Service may take, and a person, in milliseconds. */
export interface Limits {
  /** Until the first answers, which may have to wait for the Secret Service to be started. */
  readonly first: number
  /** Until any later answer. */
  readonly answer: number
  /** Until a person has answered a dialog. */
  readonly person: number
  /** Until a whole request is answered, however many questions it takes; and the person's time, where one is there. */
  readonly whole: number
}

/**
 * Lets the Secret Service ask the person, and waits for the answer: https://specifications.freedesktop.org/secret-service-spec/latest/prompts.html.
 * Dismissed: `locked`. Nobody answers: the dialog is taken back, `timeout`.
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
    // gnome-keyring 42 aborts when an open dialog is taken back (gkd-secret-unlock.c, `!self->current`), as it does when the
    // client just leaves. The bus starts it anew.
    await connection.call(dismissPrompt(prompt), limits.answer).catch(() => undefined)
    throw new Failure('timeout', 'nobody answered the dialog of the keyring in time', {
      hints: [hint`try again, and look for a dialog that asks for the password of the keyring`],
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
