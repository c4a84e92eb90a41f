import { join } from 'node:path'
import { valueAt } from '../json-text.ts'
import type { Machine } from '../tool.ts'

/** What setup found: undo restores it. */
export interface Former {
  /** The user's own value of GOAUTH; absent: there was none. */
  readonly value?: string
  /** Whether go's file of settings was not there either. */
  readonly noFile: boolean
}

/** Records the user's own value, which `becomes` is about to replace. */
export function rememberFormer(machine: Machine, file: string, own: string | undefined, becomes: string): void {
  const noFile = machine.files.read(file) === undefined
  const former: Former = own === undefined || own === '' ? { noFile } : { value: own, noFile }
  machine.files.write(memoryFile(machine), `${JSON.stringify({ ...former, becomes })}\n`)
}

/** What was there before setup wrote this value; `undefined` if another one was written. */
export function formerOf(machine: Machine, present: string): Former | undefined {
  const text = machine.files.read(memoryFile(machine)) ?? '{}'
  if (valueAt(text, ['becomes']) !== present) return undefined
  const value = valueAt(text, ['value'])
  return { ...(typeof value === 'string' ? { value } : {}), noFile: valueAt(text, ['noFile']) === true }
}

export function forgetFormer(machine: Machine): void {
  machine.files.remove(memoryFile(machine))
}

function memoryFile({ folders }: Machine): string {
  return join(folders.state, 'go-auth.json')
}
