import { dirname, join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { type Hint, hint } from '../../core/hint.ts'
import { installedCommand, notInstalled, skippedAsAbsent, startedByShell } from '../installed.ts'
import type { Change, DoctorLine, Machine, Setup } from '../tool.ts'
import { settingsInFile, userConfigFile } from './files.ts'
import { askAgain, foldersOnPath, isOurLink, realNpm } from './machine.ts'
import { plainIn } from './plain-secrets.ts'

/*
 * npm has no hook for a helper. Two links named `npm` and `npx`, earlier on PATH than the real ones, lead to commands
 * of ours. These start the real ones with their credentials (launch.ts).
 */

const shims = [
  { name: 'npm', command: 'credbridge-npm' },
  { name: 'npx', command: 'credbridge-npx' },
] as const

export const npmSetup: Setup = {
  async plan(machine) {
    if (machine.platform === 'win32') throw startedByShell('npm')
    const npm = realNpm(machine)
    if (npm === undefined) throw notInstalled('npm')
    const folder = folderFor(machine, dirname(npm))
    const changes: Change[] = shims.flatMap((shim) =>
      linking(machine, join(folder, shim.name), installedCommand(machine, shim.command)),
    )
    for (const old of ourLinks(machine).filter((path) => dirname(path) !== folder)) changes.push(removing(machine, old))
    if (changes.length > 0)
      changes.push({ says: 'npm: remember which registries npm asks', apply: () => note(machine, npm) })
    const remarks = isBefore(machine, folder, npm) ? [] : [`put it first on PATH: ${first(folder)}`]
    return { changes, remarks: [...remarks, ...leftInTheClear(machine)] }
  },

  async undo(machine) {
    return { changes: ourLinks(machine).map((path) => removing(machine, path)), remarks: [] }
  },

  async check(machine): Promise<readonly DoctorLine[]> {
    const links = ourLinks(machine)
    const [first] = links
    if (first === undefined) {
      if (machine.program('npm') === undefined) return skippedAsAbsent('npm')
      return [{ state: 'note', says: 'npm does not ask credbridge', fix: hint`credbridge setup npm` }]
    }
    return links.map((path) => checkLink(machine, path))
  },
}

function checkLink(machine: Machine, path: string): DoctorLine {
  const folder = dirname(path)
  const fix = hint`credbridge setup npm`
  const name = shims.find((shim) => path === join(folder, shim.name)) ?? shims[0]
  if (!machine.files.isOwnFolder(folder)) {
    return { state: 'wrong', says: `other users can write to ${folder}`, fix: hint`chmod go-w ${folder}` }
  }
  if (machine.files.linkedTo(path) !== machine.ownCommand(name.command)) {
    return { state: 'wrong', says: `${path} leads to another installation of credbridge`, fix }
  }
  if (machine.program(name.name) !== path) {
    return {
      state: 'wrong',
      says: `${path} is not the first ${name.name} on PATH`,
      fix: first(folder),
    }
  }
  return { state: 'ok', says: `${name.name} is ${path}, which is ours` }
}

function first(folder: string): Hint {
  return hint`export PATH=${folder}:"$PATH"`
}

/** The folder for our own links, which is not on PATH unless its owner puts it there. */
function ownFolder({ folders: places }: Machine): string {
  return join(places.data, 'bin')
}

/**
 * The folder of our existing links; else a folder of the user's own that precedes npm on PATH; else one to add to PATH.
 */
function folderFor(machine: Machine, npmIn: string): string {
  const [link] = ourLinks(machine)
  if (link !== undefined && machine.files.isOwnFolder(dirname(link))) return dirname(link)
  const onPath = foldersOnPath(machine)
  const before = onPath.slice(0, onPath.indexOf(npmIn)).filter((folder) => machine.files.isOwnFolder(folder))
  const free = before.filter((folder) => shims.every(({ name }) => !machine.files.exists(join(folder, name))))
  const usual = [join(machine.home, '.local', 'bin'), join(machine.home, 'bin')]
  return usual.find((folder) => free.includes(folder)) ?? ownFolder(machine)
}

function isBefore(machine: Machine, folder: string, npm: string): boolean {
  const onPath = foldersOnPath(machine)
  return onPath.includes(folder) && onPath.indexOf(folder) < onPath.indexOf(dirname(npm))
}

function ourLinks(machine: Machine): readonly string[] {
  const folders = [...new Set([...foldersOnPath(machine), ownFolder(machine)])]
  const paths = folders.flatMap((folder) => shims.map(({ name }) => join(folder, name)))
  return paths.filter((path) => isOurLink(machine, path))
}

function linking(machine: Machine, path: string, to: string): Change[] {
  if (machine.files.linkedTo(path) === to) return []
  const make = () => {
    if (isOurLink(machine, path)) machine.files.remove(path)
    machine.files.folder(dirname(path))
    if (!machine.files.isOwnFolder(dirname(path)))
      throw new Failure('refused', `other users can write to ${dirname(path)}`)
    machine.files.link(path, to)
  }
  return [{ says: `npm: ${path} leads to ${to}`, apply: make }]
}

function removing(machine: Machine, path: string): Change {
  return { says: `npm: remove ${path}`, apply: () => machine.files.remove(path) }
}

async function note(machine: Machine, npm: string): Promise<void> {
  await askAgain(machine, npm)
}

function leftInTheClear(machine: Machine): readonly string[] {
  const file = userConfigFile(machine)
  const plain = settingsInFile(machine.files.read(file) ?? '').filter(plainIn)
  return plain.length === 0 ? [] : [`${file} has secrets in the clear, which go first: credbridge import npm`]
}
