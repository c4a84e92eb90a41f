import { join } from 'node:path'
import { blockIn, withoutBlock } from '../../block.ts'
import type { Machine } from '../../tool.ts'
import { ourBackend } from '../names.ts'
import { configFile } from '../places.ts'
import { withIniBlock } from './ini-block.ts'

/* keyringrc.cfg: the backend that every program with Python's keyring uses, and the folder of our class. */

/** Whether it names our class. */
export function namesUs(machine: Machine): boolean {
  return blockIn(textOf(machine)) !== undefined
}

export function textOf(machine: Machine): string {
  return machine.files.read(configFile(machine)) ?? ''
}

/** The text, changed so that it names our class. */
export function naming(machine: Machine): string {
  const ours = [`default-keyring=${ourBackend}`, `keyring-path=${join(machine.folders.data, 'python')}`]
  const contradicts = (name: string) => ['default-keyring', 'keyring-path'].includes(name)
  return withIniBlock(withoutBlock(textOf(machine)), 'backend', ours, contradicts)
}
