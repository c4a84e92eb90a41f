import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Store } from '../../core/store.ts'
import type { ClientMachine } from '../../system/machine.ts'
import { passedAlong } from '../../system/path-walk.ts'
import type { StoreContext } from '../store-type.ts'
import { remoteStore } from './store.ts'

/** The store behind the socket of this path; empty: the first of the usual ones that is there. */
export async function openRemote({ machine, parameter }: StoreContext): Promise<Store> {
  if (parameter !== '' && !isAbsolute(parameter)) {
    throw new Failure('malformed', 'the socket of the remote store is named by its absolute path', {
      hints: [hint`credbridge use remote:/path/to/socket`],
    })
  }
  const ownerOf = (path: string) => passedAlong(path).at(-1)?.stats.uid
  const connect = await machine.connector()
  const { userId } = machine
  return remoteStore('remote', () => {
    if (parameter === '') return { path: firstThere(machine), connect, userId }
    // Root of a container is another user than the one who serves. The path that root names leads to a user whom it
    // trusts: the folders on the way must still be closed to everybody else.
    return { path: parameter, connect, userId: userId === 0 ? (ownerOf(parameter) ?? 0) : userId }
  })
}

/** Where a socket is looked for if none is named, in this order. */
export function usualSockets({ env, folders }: Pick<ClientMachine, 'env' | 'folders'>): readonly [string, ...string[]] {
  const inState = join(folders.state, 'remote.sock')
  const runtime = env['XDG_RUNTIME_DIR'] ?? ''
  return isAbsolute(runtime) ? [join(runtime, 'credbridge', 'remote.sock'), inState] : [inState]
}

/** A link counts if what it leads to is there. */
function firstThere(machine: ClientMachine): string {
  const sockets = usualSockets(machine)
  return sockets.find((path) => existsSync(path)) ?? sockets[0]
}
