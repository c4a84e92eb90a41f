import { join } from 'node:path'
import { hint } from '../../core/hint.ts'
import { membersAt, type Path, valueAt, withoutValue, withValue } from '../json-text.ts'
import type { Change, Machine } from '../tool.ts'
import { readConfig, usable, writeConfig } from './config.ts'
import { type Splice, spliceBetween, spliceUndone } from './splice.ts'

/** Writes our name into a configuration as it is at that moment, and removes it again. */

/** Writes our helper's name at the path and records the previous value for undo. */
export function naming(machine: Machine, file: string, path: Path, name: string, says: string): Change {
  return {
    says,
    apply() {
      const before = machine.files.read(file)
      const text = usable(file, before ?? '')
      const after = withValue(text, path, name)
      const helper = valueAt(text, path)
      remember(machine, [file, ...path], {
        ...(typeof helper === 'string' && helper !== '' && helper !== name ? { helper } : {}),
        ...(before === undefined ? { noFile: true } : {}),
        ...spliceBetween(before ?? '', after),
      })
      writeConfig(machine, file, after, hint`write "${path.at(-1) ?? ''}": "${name}"`)
    },
  }
}

/**
 * Removes our name at the path and restores every byte, unless the text around it has changed since. A helper that was
 * named there before is restored if its program still exists.
 */
export function unnaming(machine: Machine, file: string, path: Path, what: string): Change {
  const before = remembered(machine, [file, ...path])
  const { helper } = before ?? {}
  const back = helper !== undefined && machine.program(`docker-credential-${helper}`) !== undefined
  return {
    says: back ? `${what}: ask ${helper} again` : `${what}: no longer ask credbridge`,
    apply() {
      const text = readConfig(machine, file)
      const exact = helper === undefined || back ? textBefore(text, path, before) : undefined
      if (exact === '' && before?.noFile === true) machine.files.remove(file)
      else
        writeConfig(
          machine,
          file,
          exact ?? (back ? withValue(text, path, helper) : withoutMember(text, path)),
          hint`remove credbridge`,
        )
      if (before !== undefined)
        machine.files.write(memoryFile(machine), withoutMember(memory(machine), [file, ...path]))
    },
  }
}

/** The helper that our name replaced. */
export function formerHelper(machine: Machine, path: Path): string | undefined {
  return remembered(machine, path)?.helper
}

/** The text before our name was written; `undefined` if it cannot be restored exactly. */
function textBefore(text: string, path: Path, named: Named | undefined): string | undefined {
  const name = valueAt(text, path)
  const before = named === undefined ? undefined : spliceUndone(text, named)
  try {
    return before !== undefined && withValue(usable('', before), path, name) === text ? before : undefined
  } catch {
    return undefined
  }
}

/** Removes the member, and each object around it that is then empty. */
function withoutMember(text: string, path: Path): string {
  const without = withoutValue(text, path)
  const parent = path.slice(0, -1)
  return parent.length > 0 && membersAt(without, parent).length === 0 ? withoutMember(without, parent) : without
}

/** The recorded effect of writing our name. */
interface Named extends Splice {
  /** The helper that was named there before. */
  readonly helper?: string
  readonly noFile?: true
}

function memoryFile({ folders: places }: Machine): string {
  return join(places.state, 'replaced-helpers.json')
}

function memory(machine: Machine): string {
  return readConfig(machine, memoryFile(machine))
}

function remember(machine: Machine, path: Path, named: Named): void {
  machine.files.write(memoryFile(machine), withValue(memory(machine), path, named))
}

function remembered(machine: Machine, path: Path): Named | undefined {
  const text = memory(machine)
  const [helper, noFile, was, became] = ['helper', 'noFile', 'was', 'became'].map((it) => valueAt(text, [...path, it]))
  if (typeof was !== 'string' || typeof became !== 'string') return undefined
  return {
    ...(typeof helper === 'string' ? { helper } : {}),
    ...(noFile === true ? { noFile } : {}),
    was,
    became,
  }
}
