import { join } from 'node:path'
import { blockIn, withBlock, withoutBlock } from '../../block.ts'
import type { Machine } from '../../tool.ts'
import { ourBackend } from '../names.ts'
import { configFile } from '../places.ts'
import { placeIn, readIni } from '../plain/ini.ts'

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
  return configured(withoutBlock(textOf(machine)), join(machine.folders.data, 'python'))
}

/** Inserts our block after the header of `[backend]`, or appends it with a header of its own. */
function configured(text: string, folder: string): string {
  const lines = text.split('\n')
  const ours = [`default-keyring=${ourBackend}`, `keyring-path=${folder}`]
  const last = text === '' || text.endsWith('\n') ? lines.length - 1 : lines.length
  const place = placeIn(text, 'backend')
  if (place === undefined) return withBlock(text, last, ['[backend]', ...ours], () => false)
  const theirs = readIni(text).filter(
    ({ section, name }) => section === 'backend' && ['default-keyring', 'keyring-path'].includes(name),
  )
  const indented = ours.map((line) => place.indent + line)
  return withBlock(text, place.at, indented, (_, index) => theirs.some(({ from, to }) => index >= from && index < to))
}
