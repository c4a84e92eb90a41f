import { read, write } from 'host:files'
import { found, lookUp } from 'host:names'
import { checkConnected, connectTo } from 'host:socket'
import type { Peer } from '../../src/system/http/exchange.ts'
import type { Scope } from './scope.ts'
import type { Stream } from './stream.ts'

const chunk = 16_384

/** When the next address is tried too: https://www.rfc-editor.org/rfc/rfc8305#section-5, in milliseconds. */
const stagger = 250

/** Connects to the first of the host's addresses that accepts. Errors are those of the system, or of the lookup. */
export async function connected({ host, port }: Peer, scope: Scope): Promise<Stream> {
  const name = host.startsWith('[') ? host.slice(1, -1) : host
  const attempts: Promise<number>[] = []
  for (const address of await addressesOf(name, scope)) {
    attempts.push(connectedTo(address, port, scope))
    const first = Promise.any(attempts).catch(() => undefined)
    if ((await Promise.race([first, scope.pause(stagger)])) !== undefined) break
  }
  const fd = await Promise.any(attempts).catch((error) => {
    throw error.errors[0]
  })
  return streamOf(fd, scope)
}

async function addressesOf(host: string, scope: Scope): Promise<readonly string[]> {
  const lookup = scope.own(lookUp(host))
  await scope.ready(lookup, false)
  try {
    return found(lookup)
  } finally {
    scope.release(lookup)
  }
}

async function connectedTo(address: string, port: number, scope: Scope): Promise<number> {
  const fd = scope.own(connectTo(address, port))
  await scope.ready(fd, true)
  checkConnected(fd)
  return fd
}

function streamOf(fd: number, scope: Scope): Stream {
  return {
    async send(bytes) {
      for (let rest = bytes; rest.length > 0; ) {
        const count = attempted(() => write(fd, rest, 0, rest.length, -1))
        if (count === undefined) await scope.ready(fd, true)
        else rest = rest.subarray(count)
      }
    },
    async receive() {
      const room = new Uint8Array(chunk)
      for (;;) {
        const count = attempted(() => read(fd, room, 0, room.length, -1))
        if (count !== undefined) return room.subarray(0, count)
        await scope.ready(fd, false)
      }
    },
  }
}

/** `undefined` if it has to wait. */
function attempted(act: () => number): number | undefined {
  try {
    return act()
  } catch (error) {
    if ((error as { readonly code?: string }).code === 'EAGAIN') return undefined
    throw error
  }
}
