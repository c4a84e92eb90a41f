import { createHmac, randomBytes } from 'node:crypto'
import type { Secret } from '../core/secret.ts'
import { credbridgeItself } from '../edge/installation/itself.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { interruption } from '../edge/terminal/interruption.ts'
import { feedDetached } from '../system/feed.ts'
import { sayLine } from './arguments.ts'
import { clipboardOf } from './clipboard.ts'

/*
 * A secret on the clipboard is taken back by a process of its own, if it is still there then. That process never gets
 * the secret: it compares a keyed hash.
 */

/** The command of that process. It is no command for people (commands/program.ts). */
const command = 'take-back'

interface Order {
  readonly key: string
  readonly hash: string
  readonly milliseconds: number
}

export async function copyForAWhile(context: CliContext, secret: Secret, milliseconds: number): Promise<number> {
  const { machine, terminal } = context
  const clipboard = clipboardOf(machine)
  const key = randomBytes(32).toString('hex')
  const order: Order = { key, hash: hashed(secret.expose(), key), milliseconds }
  await clipboard.copy(secret)
  try {
    const [program, ...words] = credbridgeItself()
    await feedDetached(machine.env, program, [...words, command], JSON.stringify(order))
  } catch (error) {
    await clipboard.clear()
    throw error
  }
  const seconds = milliseconds / 1000
  sayLine(terminal, `copied to the clipboard; it is taken back in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`)
  return 0
}

/** What that process does: it waits, or until a signal ends it, as at a logout. */
export async function takeBack({ terminal, machine }: CliContext): Promise<void> {
  const { watch, wait } = interruption()
  watch()
  const { key, hash, milliseconds } = JSON.parse((await terminal.readSecret()).expose()) as Order
  await wait(milliseconds)
  const clipboard = clipboardOf(machine)
  const text = await clipboard.text()
  if (text !== undefined && hashed(text, key) === hash) await clipboard.clear()
}

/** Some programs add a line end when they print the clipboard. */
function hashed(text: string, key: string): string {
  return createHmac('sha256', key)
    .update(text.replace(/(\r?\n)+$/, ''))
    .digest('hex')
}
