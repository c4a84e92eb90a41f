import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until it is so; after a minute, which is for what will never be, an error that says `otherwise`. */
export async function until(condition: () => Promise<boolean>, otherwise: string): Promise<void> {
  const limit = Date.now() + 60_000
  while (!(await condition())) {
    if (Date.now() > limit) throw new Error(otherwise)
    await sleep(5)
  }
}

/** Whether somebody takes connections at this Unix socket. */
export function takesConnections(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket)
    connection.on('connect', () => resolve(true)).on('error', () => resolve(false))
    connection.on('connect', () => connection.destroy())
  })
}
