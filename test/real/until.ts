import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until it is so; after a minute, which is for what will never be, an error that says `otherwise`. */
export async function until(condition: () => Promise<boolean>, otherwise: string): Promise<void> {
  if (!(await isSoon(condition, 60_000))) throw new Error(otherwise)
}

/** Waits until it is so, for at most `limit` milliseconds, and returns whether it is. */
export async function isSoon(condition: () => Promise<boolean>, limit: number): Promise<boolean> {
  const end = Date.now() + limit
  while (!(await condition())) {
    if (Date.now() > end) return false
    await sleep(5)
  }
  return true
}

/** Whether somebody takes connections at this Unix socket. */
export function takesConnections(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket)
    connection.on('connect', () => resolve(true)).on('error', () => resolve(false))
    connection.on('connect', () => connection.destroy())
  })
}
