import { existsSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { ClientMachine } from '../../system/machine.ts'
import type { StoreType } from '../store-type.ts'

/** Where a socket is looked for if none is named, in this order. */
export function usualSockets({ env, folders }: Pick<ClientMachine, 'env' | 'folders'>): readonly [string, ...string[]] {
  const inState = join(folders.state, 'remote.sock')
  const runtime = env['XDG_RUNTIME_DIR'] ?? ''
  return isAbsolute(runtime) ? [join(runtime, 'credbridge', 'remote.sock'), inState] : [inState]
}

export const remoteType: StoreType = {
  name: 'remote',
  parameter: '</path/to/socket>',
  withoutParameter: true,
  canBeSettled: true,
  remote: true,
  async open({ machine, parameter }) {
    if (parameter !== '' && !isAbsolute(parameter)) {
      throw new Failure('malformed', 'the socket of the remote store is named by its absolute path', {
        hints: [hint`credbridge use remote:/path/to/socket`],
      })
    }
    const [{ remoteStore }, { passedAlong }] = await Promise.all([
      import('./store.ts'),
      import('../../system/path-walk.ts'),
    ])
    const ownerOf = (path: string) => passedAlong(path).at(-1)?.stats.uid
    const connect = await machine.connector()
    const { userId } = machine
    return remoteStore('remote', () => {
      if (parameter === '') return { path: firstThere(machine), connect, userId }
      // Root of a container is another user than the one who serves. The path that root names leads to a user whom it
      // trusts: the folders on the way must still be closed to everybody else.
      return { path: parameter, connect, userId: userId === 0 ? (ownerOf(parameter) ?? 0) : userId }
    })
  },
  useOptions: [{ flags: '--socket <path>', description: 'for remote: where credbridge serve answers' }],
  async prepare({ settings, parameter }, { socket }) {
    const path = typeof socket === 'string' ? resolve(socket) : parameter
    return { parameter: path, settings, keep: () => {} }
  },
  protects: async () => 'nothing is kept here: another machine decides, by what credbridge serve grants there',
}

/** A link counts if what it leads to is there. */
function firstThere(machine: ClientMachine): string {
  const sockets = usualSockets(machine)
  return sockets.find((path) => existsSync(path)) ?? sockets[0]
}
