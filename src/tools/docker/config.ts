import { join } from 'node:path'
import { Failure, isFailure } from '../../core/failure.ts'
import { membersAt, type Path, valueAt, withoutValue, withValue } from '../json-text.ts'
import type { Change, World } from '../tool.ts'
import { name } from './helper.ts'

/** Edits to a configuration file, made on what it holds at that moment, and what stood there before ours. */

/** The file's text; `{}` where there is none or nothing in it. */
export function readConfig(world: World, file: string): string {
  const text = world.files.read(file) ?? ''
  if (text.trim() === '') return '{}\n'
  return about(file, () => {
    valueAt(text, [])
    return text
  })
}

/** Names us at the path; what another helper was named there is remembered for undo. */
export function naming(world: World, file: string, path: Path, says: string): Change {
  return {
    says,
    apply() {
      const text = readConfig(world, file)
      const before = valueAt(text, path)
      if (typeof before === 'string' && before !== name) remember(world, [file, ...path], before)
      world.files.write(file, withValue(text, path, name))
    },
  }
}

/** Takes our name away at the path; what it stood instead of comes back if it can still be run. */
export function unnaming(world: World, file: string, path: Path, what: string): Change {
  const before = valueAt(memory(world), [file, ...path])
  const back = typeof before === 'string' && world.program(`docker-credential-${before}`) !== undefined
  return {
    says: back ? `${what}: ask ${before} again` : `${what}: no longer ask credbridge`,
    apply() {
      const text = readConfig(world, file)
      const without = withoutValue(text, path)
      const parent = path.slice(0, -1)
      const empty = parent.length > 0 && membersAt(without, parent).length === 0
      world.files.write(file, back ? withValue(text, path, before) : empty ? withoutValue(without, parent) : without)
      if (before !== undefined) world.files.write(memoryFile(world), withoutValue(memory(world), [file, ...path]))
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

function memoryFile({ places }: World): string {
  return join(places.state, 'replaced-helpers.json')
}

function memory(world: World): string {
  return world.files.read(memoryFile(world)) ?? '{}\n'
}

function remember(world: World, path: Path, helper: string): void {
  world.files.write(memoryFile(world), withValue(memory(world), path, helper))
}
