import { join } from 'node:path'
import { Failure } from '../../../core/failure.ts'
import { hint, joinHints } from '../../../core/hint.ts'
import { fileName, leadsTo, linking, unlinking } from '../../path-link.ts'
import type { Change, DoctorLine, Machine, Plan, SetupOptions } from '../../tool.ts'
import { type Caller, command, foldersFor, keyringsFor, ourCommand, ourLinks } from './keyrings.ts'
import { answersFromUs, ownFolderFirst, waysPast } from './other-keyring.ts'

/*
 * pip and uv run a program named `keyring` that they find on PATH. It may be a link to our command, or Python's own if
 * that asks credbridge and is new enough. Any other program of that name is left alone.
 */

/** The changes for a missing link. */
export async function planCommand(machine: Machine, caller: Caller, options: SetupOptions): Promise<Plan> {
  const ours = ourCommand(machine)
  const stale = ourLinks(machine).filter((path) => leadsTo(machine, path) !== ours)
  const changes = stale.map((path) => removing(machine, path))
  const found = keyringsFor(machine, caller).find((path) => !stale.includes(path))
  if (found !== undefined && leadsTo(machine, found) === ours) return { changes, remarks: [] }
  const folders = foldersFor(machine, caller, found, stale)
  if (found !== undefined && options['beforeOthers'] !== true) {
    if (await answersFromUs(machine, found)) return { changes, remarks: [`${found} asks credbridge`] }
    throw new Failure('refused', `there is another keyring command: ${found}`, {
      hints: [
        ...(await waysPast(machine, caller.name, found, folders.length > 0)),
        ...((await caller.otherWays?.()) ?? []),
      ],
    })
  }
  const [folder] = folders
  if (folder === undefined) throw await noFolder(caller, found)
  const path = join(folder, fileName('keyring', machine))
  const remarks = found === undefined ? [] : [`${found} stays; yours is now ${path}`]
  const { says, apply } = linking(machine, path, ours)
  return { changes: [...changes, { says: `keyring: ${says}`, apply }], remarks }
}

/** Removes our links, unless another tool that is set up still uses them. */
export function undoCommand(machine: Machine, stillCalled: boolean): readonly Change[] {
  return stillCalled ? [] : ourLinks(machine).map((path) => removing(machine, path))
}

export async function checkCommand(machine: Machine, caller: Caller): Promise<DoctorLine> {
  const [found] = keyringsFor(machine, caller)
  const fix = hint`credbridge setup ${caller.name}`
  if (found === undefined) {
    const passed = machine.program('keyring')
    const says = passed === undefined ? 'there is no keyring command on PATH' : `${caller.name} ignores ${passed}`
    return { state: 'wrong', says, fix }
  }
  if (leadsTo(machine, found) === machine.ownCommand(command))
    return { state: 'ok', says: `keyring is ${found}, which is ours` }
  if (ourLinks(machine).includes(found)) {
    return { state: 'wrong', says: `${found} leads to another installation of credbridge`, fix }
  }
  if (await answersFromUs(machine, found)) return { state: 'ok', says: `keyring is ${found}, which asks credbridge` }
  return { state: 'wrong', says: `keyring is ${found}, which does not ask credbridge`, fix }
}

async function noFolder({ name, otherWays }: Caller, other: string | undefined): Promise<Failure> {
  const where = other === undefined ? 'on PATH' : `on PATH before ${other}`
  const again = ['setup', name, ...(other === undefined ? [] : ['--before-others'])]
  return new Failure('refused', `there is no folder of your own ${where} that no other user can write to`, {
    hints: [joinHints([ownFolderFirst, hint`credbridge ${again}`], ' && '), ...((await otherWays?.()) ?? [])],
  })
}

function removing(machine: Machine, path: string): Change {
  const { says, apply } = unlinking(machine, path)
  return { says: `keyring: ${says}`, apply }
}
