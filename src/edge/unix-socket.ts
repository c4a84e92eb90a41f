import type { ConnectSocket } from '../system/unix-socket.ts'
import { connectByBun } from '../system/unix-socket-bun.ts'
import { type Binding, pipeConnector } from '../system/unix-socket-pipe.ts'

/**
 * How this process connects to Unix sockets. Spelled out, since the compiler leaves out the other way, and what it loads,
 * only for a constant of this file.
 */
export const socketConnector: () => Promise<ConnectSocket> =
  process.env['CREDBRIDGE_STANDALONE_AT_BUILD'] === 'yes'
    ? async () => connectByBun
    : () => pipeConnector((process as { readonly binding?: Binding }).binding)
