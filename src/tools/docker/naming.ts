import { join } from 'node:path'
import { membersAt, type Path, valueAt, withoutValue, withValue } from '../json-text.ts'
import type { Change, World } from '../tool.ts'
import { readConfig, usable, writeConfig } from './config.ts'
import { type Splice, spliceBetween, spliceUndone } from './splice.ts'

/** Puts our name into a configuration, on what it holds at that moment, and takes it away again. */

/** Names this helper of ours at the path; what stood there is remembered for undo. */
export function naming(world: World, file: string, path: Path, name: string, says: string): Change {
  return {
    says,
    apply() {
      const before = world.files.read(file)
      const text = usable(file, before ?? '')
      const after = withValue(text, path, name)
      const helper = valueAt(text, path)
      remember(world, [file, ...path], {
        ...(typeof helper === 'string' && helper !== '' && helper !== name ? { helper } : {}),
        ...(before === undefined ? { noFile: true } : {}),
        ...spliceBetween(before ?? '', after),
      })
      writeConfig(world, file, after, `write "${path.at(-1)}": "${name}"`)
    },
  }
}

/**
 * Takes our name away at the path, so that every byte is as before unless somebody has written around it since. Another
 * helper that stood there comes back if it can still be run.
 */
export function unnaming(world: World, file: string, path: Path, what: string): Change {
  const before = remembered(world, [file, ...path])
  const { helper } = before ?? {}
  const back = helper !== undefined && world.program(`docker-credential-${helper}`) !== undefined
  return {
    says: back ? `${what}: ask ${helper} again` : `${what}: no longer ask credbridge`,
    apply() {
      const text = readConfig(world, file)
      const exact = helper === undefined || back ? textBefore(text, path, before) : undefined
      if (exact === '' && before?.noFile === true) world.files.remove(file)
      else
        writeConfig(
          world,
          file,
          exact ?? (back ? withValue(text, path, helper) : withoutMember(text, path)),
          'take out credbridge',
        )
      if (before !== undefined) world.files.write(memoryFile(world), withoutMember(memory(world), [file, ...path]))
    },
  }
}

/** The other helper in whose place we were named. */
export function formerHelper(world: World, path: Path): string | undefined {
  return remembered(world, path)?.helper
}

/** The text that became this one when we were named, if that is what it did. */
function textBefore(text: string, path: Path, named: Named | undefined): string | undefined {
  const name = valueAt(text, path)
  const before = named === undefined ? undefined : spliceUndone(text, named)
  try {
    return before !== undefined && withValue(usable('', before), path, name) === text ? before : undefined
  } catch {
    return undefined
  }
}

/** Without the member, and without what held nothing else. */
function withoutMember(text: string, path: Path): string {
  const without = withoutValue(text, path)
  const parent = path.slice(0, -1)
  return parent.length > 0 && membersAt(without, parent).length === 0 ? withoutMember(without, parent) : without
}

/** What naming us did. */
interface Named extends Splice {
  /** The other helper that was named there. */
  readonly helper?: string
  readonly noFile?: true
}

function memoryFile({ places }: World): string {
  return join(places.state, 'replaced-helpers.json')
}

function memory(world: World): string {
  return readConfig(world, memoryFile(world))
}

function remember(world: World, path: Path, named: Named): void {
  world.files.write(memoryFile(world), withValue(memory(world), path, named))
}

function remembered(world: World, path: Path): Named | undefined {
  const text = memory(world)
  const [helper, noFile, was, became] = ['helper', 'noFile', 'was', 'became'].map((it) => valueAt(text, [...path, it]))
  if (typeof was !== 'string' || typeof became !== 'string') return undefined
  return {
    ...(typeof helper === 'string' ? { helper } : {}),
    ...(noFile === true ? { noFile } : {}),
    was,
    became,
  }
}
