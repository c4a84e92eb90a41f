import type { Machine } from '../tool.ts'
import { startedByCargo } from './names.ts'

/** Sends one request to our command, as cargo does, and returns its answer. */
export async function ask(machine: Machine, ours: string, request: object): Promise<string> {
  const ran = await machine.run(ours, [startedByCargo], { input: `${JSON.stringify({ v: 1, ...request })}\n` })
  return ran.stdout.split('\n')[1] ?? ''
}
