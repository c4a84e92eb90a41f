import { asFailure } from '../../../core/failure.ts'
import { printable } from '../../../core/failure-text.ts'
import type { StoreCommandContext } from '../../store-type.ts'
import { connectionOf } from '../connection.ts'
import { folderOf } from '../me.ts'
import { dataIn, isDone } from '../outcome.ts'
import { questionOf } from './login-call.ts'

/** Shows the server, the places, and whose token is used. Asks the server. */
export async function status(context: StoreCommandContext): Promise<number> {
  const { terminal } = context
  const connection = connectionOf({ ...context, parameter: '' })
  const { server } = connection
  const lines: [string, string][] = [
    ['server', server.address],
    ...server.nodes.map((node): [string, string] => ['node', node]),
    ...(server.namespace === '' ? [] : ([['namespace', server.namespace]] as [string, string][])),
    ['mount', server.mount],
  ]
  let exitCode = 0
  try {
    const source = await connection.source()
    lines.push(['token', source === undefined ? 'none: credbridge openbao login' : source.from])
    if (source?.kept !== undefined) {
      const { store, expires, renewable } = source.kept
      lines.push(['kept in', store])
      if (expires !== undefined) lines.push([renewable ? 'renewed' : 'ends', `by ${new Date(expires).toISOString()}`])
    }
    const question = questionOf('GET', 'auth/token/lookup-self')
    const reply = await connection.ask(question)
    if (!isDone(reply)) throw await connection.failed(reply, question)
    const { display_name: name, policies } = dataIn(reply) ?? {}
    lines.push(['known as', `${name}`], ['policies', Array.isArray(policies) ? policies.join(', ') : ''])
    for (const [at, place] of server.places.entries()) {
      const folder = await folderOf(connection, place, question.signal)
      const use = at === 0 ? 'read and written' : server.writable.includes(place) ? 'read, written on request' : 'read'
      lines.push(['place', `${folder}: ${use}`])
    }
  } catch (error) {
    const { message, hints } = asFailure(error)
    lines.push(['now', [message, ...hints].join('; ')])
    exitCode = 2
  }
  terminal.out(lines.map(([name, text]) => `${name.padEnd(10)}${printable(text)}\n`).join(''))
  return exitCode
}
