import { Failure, isFailure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { resultIn } from '../../remote/answers.ts'
import { answerLimit } from '../../remote/limits.ts'
import { lineOf, lineTaker } from '../../remote/lines.ts'
import { firstLine, printRequest, type Request, version, versionIn } from '../../remote/requests.ts'
import { ownSocketsOnly } from '../../system/own-socket.ts'
import type { ConnectSocket } from '../../system/unix-socket.ts'

/** Where `credbridge serve` answers, and how to get there. */
export interface Far {
  readonly path: string
  readonly connect: ConnectSocket
  readonly userId: number
}

const id = 1

/**
 * Asks once, over a connection of its own, and returns the result. A failure of the other side is thrown as it is. If
 * nobody answers at the socket: `unavailable`.
 */
export function ask(far: Far, request: Request): Promise<unknown> {
  const bytes = Buffer.concat([lineOf(firstLine()), lineOf(printRequest(id, request))])
  return new Promise((resolve, reject) => {
    const lines = lineTaker()
    let greeted = false
    const end = (act: () => void) => {
      clearTimeout(timer)
      socket.close()
      act()
    }
    const hear = (line: string) => {
      if (!greeted) greet(line)
      else end(() => resolve(resultIn(line, id)))
      greeted = true
    }
    const socket = ownSocketsOnly(far.connect, far.userId)(far.path, {
      // Both lines at once, so that the answer comes after one round trip.
      opened: () => socket.send(bytes),
      received(more) {
        try {
          for (const line of lines(more)) hear(line)
        } catch (error) {
          end(() => reject(error))
        }
      },
      ended: (error) => end(() => reject(isFailure(error) ? error : nobodyAt(far.path, error))),
    })
    const timer = setTimeout(() => end(() => reject(tooSlow(far.path))), answerLimit)
  })
}

function greet(line: string): void {
  const theirs = versionIn(line)
  if (theirs === version) return
  resultIn(line, id)
  throw new Failure(
    'unsupported',
    `the machine that serves speaks version ${theirs} of the protocol, this one ${version}`,
  )
}

function nobodyAt(path: string, error: NodeJS.ErrnoException | undefined): Failure {
  const isThere = error === undefined || ['ECONNRESET', 'EOF', 'EPIPE'].includes(error.code ?? '')
  const what = isThere
    ? `the connection to ${path} ended before an answer came`
    : `no credbridge serve answers at ${path}`
  return new Failure('unavailable', what, {
    cause: error,
    hints: [hint`on the machine with the keychain: credbridge serve, or credbridge ssh <this-host>`],
  })
}

function tooSlow(path: string): Failure {
  return new Failure('timeout', `no answer came through ${path} in time`, {
    hints: [hint`look for a question on the machine that serves`],
  })
}
