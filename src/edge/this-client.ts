import type { ClientMachine } from '../system/machine.ts'
import { clientPart } from './client-machine.ts'

/** The real machine for a client's call. */
export function thisClientMachine(say?: ClientMachine['say']): ClientMachine {
  const machine: ClientMachine = Object.assign(clientPart(say), {
    whole: async () => (await import('./this-machine.ts')).thisMachine(say),
  })
  return machine
}
