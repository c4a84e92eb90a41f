import { join } from 'node:path'
import { Failure } from '../../../core/failure.ts'
import { hint, joinHints } from '../../../core/hint.ts'
import { fileName, leadsTo, linking, unlinking } from '../../path-link.ts'
import type { Change, Finding, Plan, SetupOptions, World } from '../../tool.ts'
import { type Caller, command, foldersFor, keyringsFor, ourCommand, ourLinks } from './keyrings.ts'
import { answersFromUs, ownFolderFirst, waysPast } from './other-keyring.ts'

/*
 * pip and uv run a program named `keyring` that they find on PATH. It is a link to our command, or Python's own, where that asks
 * us and is new enough. Any other program of that name is left alone.
 */

/** The link that is missing. */
export async function planCommand(world: World, caller: Caller, options: SetupOptions): Promise<Plan> {
  const ours = ourCommand(world)
  const stale = ourLinks(world).filter((path) => leadsTo(world, path) !== ours)
  const changes = stale.map((path) => removing(world, path))
  const found = keyringsFor(world, caller).find((path) => !stale.includes(path))
  if (found !== undefined && leadsTo(world, found) === ours) return { changes, remarks: [] }
  const folders = foldersFor(world, caller, found, stale)
  if (found !== undefined && options['beforeOthers'] !== true) {
    if (await answersFromUs(world, found)) return { changes, remarks: [`${found} asks credbridge`] }
    throw new Failure('refused', `there is another keyring command: ${found}`, {
      hints: [
        ...(await waysPast(world, caller.name, found, folders.length > 0)),
        ...((await caller.otherWays?.()) ?? []),
      ],
    })
  }
  const [folder] = folders
  if (folder === undefined) throw await noFolder(caller, found)
  const path = join(folder, fileName('keyring', world))
  const remarks = found === undefined ? [] : [`${found} stays; yours is now ${path}`]
  const { says, apply } = linking(world, path, ours)
  return { changes: [...changes, { says: `keyring: ${says}`, apply }], remarks }
}

/** Removes our links, unless something else that was set up still calls them. */
export function undoCommand(world: World, stillCalled: boolean): readonly Change[] {
  return stillCalled ? [] : ourLinks(world).map((path) => removing(world, path))
}

export async function checkCommand(world: World, caller: Caller): Promise<Finding> {
  const [found] = keyringsFor(world, caller)
  const fix = hint`credbridge setup ${caller.name}`
  if (found === undefined) {
    const passed = world.program('keyring')
    const says = passed === undefined ? 'there is no keyring command on PATH' : `${caller.name} passes over ${passed}`
    return { state: 'wrong', says, fix }
  }
  if (leadsTo(world, found) === world.ours(command)) return { state: 'ok', says: `keyring is ${found}, which is ours` }
  if (ourLinks(world).includes(found)) {
    return { state: 'wrong', says: `${found} leads to a credbridge that is not this one`, fix }
  }
  if (await answersFromUs(world, found)) return { state: 'ok', says: `keyring is ${found}, which asks credbridge` }
  return { state: 'wrong', says: `keyring is ${found}, which does not ask credbridge`, fix }
}

async function noFolder({ name, otherWays }: Caller, other: string | undefined): Promise<Failure> {
  const where = other === undefined ? 'on PATH' : `on PATH before ${other}`
  const again = ['setup', name, ...(other === undefined ? [] : ['--before-others'])]
  return new Failure('refused', `there is no folder of your own ${where} in which only you can put a command`, {
    hints: [joinHints([ownFolderFirst, hint`credbridge ${again}`], ' && '), ...((await otherWays?.()) ?? [])],
  })
}

function removing(world: World, path: string): Change {
  const { says, apply } = unlinking(world, path)
  return { says: `keyring: ${says}`, apply }
}
