import { basename, dirname, join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { installedCommand } from '../installed.ts'
import { unlinking } from '../path-link.ts'
import type { Change, Machine } from '../tool.ts'
import { command } from './names.ts'

/*
 * The clients find a helper in a plugin folder, never on PATH, and take the highest version of it. The name of ours has
 * no version.
 */

/** The absolute path of our command. */
export function ownProgram(machine: Machine): string {
  const ours = installedCommand(machine, command)
  // Only such a file is a plugin there.
  if (machine.platform !== 'win32' || ours.endsWith('.exe')) return ours
  throw new Failure('unsupported', 'on Windows terraform starts a helper only if it is an executable', {
    hints: [hint`install the executable of credbridge for Windows`],
  })
}

/** What makes the plugin folder lead to our command; none if it does. `refused` if another program has the name. */
export function linkingPlugin(machine: Machine, folder: string): readonly Change[] {
  const { files } = machine
  const ours = ownProgram(machine)
  const path = linkIn(machine, folder)
  const [other] = othersIn(machine, folder)
  if (other !== undefined) throw isTaken(other)
  if (files.isWorldWritable(folder)) {
    throw new Failure('refused', `other users can replace ${command} in ${folder}`, {
      hints: [hint`chmod o-w ${folder}`],
    })
  }
  const to = files.linkedTo(path)
  if (to === ours) return []
  if (to === undefined && files.exists(path)) throw isTaken(path)
  if (to !== undefined && !isOwn(machine, path)) throw isTaken(path)
  return [making(machine, path, ours)]
}

/** What removes our link from the folder. */
export function unlinkingPlugin(machine: Machine, folder: string): readonly Change[] {
  const path = linkIn(machine, folder)
  return machine.files.linkedTo(path) !== undefined && isOwn(machine, path) ? [unlinking(machine, path)] : []
}

/** What is wrong with the link, for a person; `undefined` if it is as it should be. */
export function faultOfPlugin(machine: Machine, folder: string): string | undefined {
  const path = linkIn(machine, folder)
  const to = machine.files.linkedTo(path)
  const [other] = othersIn(machine, folder)
  if (other !== undefined) return `${other} is another program of that name`
  if (to === undefined) return machine.files.exists(path) ? `${path} is not our link` : `${path} is not there`
  return to === machine.ownCommand(command) ? undefined : `${path} leads to another installation of credbridge`
}

function linkIn(machine: Machine, folder: string): string {
  return join(folder, machine.platform === 'win32' ? `${command}.exe` : command)
}

/** Programs that the clients take for ours: with a version, or in a folder for one kind of machine. */
function othersIn(machine: Machine, folder: string): readonly string[] {
  const { files } = machine
  const machines = files.names(folder).filter((name) => /^[a-z0-9]+_[a-z0-9]+$/.test(name))
  const folders = [folder, ...machines.map((name) => join(folder, name))]
  return folders
    .flatMap((one) => files.names(one).map((name) => join(one, name)))
    .filter((path) => isNamedLikeOurs(basename(path)) && path !== linkIn(machine, folder))
}

function isNamedLikeOurs(name: string): boolean {
  const plain = name.replace(/\.exe$/, '')
  return plain === command || plain.startsWith(`${command}_v`)
}

/** Whether the link leads to a command of ours, of whatever installation. */
function isOwn(machine: Machine, path: string): boolean {
  const to = machine.files.linkedTo(path) ?? ''
  return machine.isOwnProgram(path) || basename(to).replace(/\.(exe|cjs)$/, '') === command
}

function making({ files }: Machine, path: string, ours: string): Change {
  return {
    says: `${path} leads to ${ours}`,
    apply() {
      files.folder(dirname(path))
      if (files.linkedTo(path) !== undefined) files.remove(path)
      files.link(path, ours)
    },
  }
}

function isTaken(path: string): Failure {
  return new Failure('refused', `${path} is another program`, { hints: [hint`mv ${path} ${`${path}.before`}`] })
}
