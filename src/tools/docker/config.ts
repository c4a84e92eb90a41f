import { join } from 'node:path'
import { Failure, isFailure } from '../../core/failure.ts'
import { membersAt, type Path, valueAt, withoutValue, withValue } from '../json-text.ts'
import type { Change, World } from '../tool.ts'
import { type Splice, spliceBetween, spliceUndone } from './splice.ts'

/** Edits to a configuration file, made on what it holds at that moment, and what stood there before ours. */

/** The file's text; `{}` where there is none or nothing in it. */
export function readConfig(world: World, file: string): string {
  return usable(file, world.files.read(file) ?? '')
}

/** Where the path is in this text: Go takes the name of a member in any case. */
export function asSpelled(text: string, [first = '', ...rest]: Path): Path {
  const names = membersAt(text, []).map(([one]) => one)
  return [names.findLast((one) => one.toLowerCase() === first.toLowerCase()) ?? first, ...rest]
}

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
      world.files.write(file, after)
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
      else world.files.write(file, exact ?? (back ? withValue(text, path, helper) : withoutMember(text, path)))
      if (before !== undefined) world.files.write(memoryFile(world), withoutMember(memory(world), [file, ...path]))
    },
  }
}

/** The failure of something done to a file, with the file's name. */
export function about<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!isFailure(error) || error.code !== 'malformed') throw error
    throw new Failure('malformed', `${file} cannot be read: ${error.message}`, {
      hints: ['mend or remove it; nothing was changed'],
    })
  }
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

function usable(file: string, text: string): string {
  if (text.trim() === '') return '{}\n'
  about(file, () => valueAt(text, []))
  return text
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
