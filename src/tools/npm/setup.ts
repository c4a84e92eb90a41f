import { dirname, join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { type Hint, hint } from '../../core/hint.ts'
import type { Change, Finding, Setup, World } from '../tool.ts'
import { settingsInFile, userConfigFile } from './files.ts'
import { askAgain, foldersOnPath, isOurLink, realNpm } from './machine.ts'
import { plainIn } from './plain-secrets.ts'

/*
 * npm has no helper hook. Two links named `npm` and `npx` in front of it on PATH lead to commands of ours, which start
 * the real ones with what they may use (launch.ts).
 */

const shims = [
  { name: 'npm', command: 'credbridge-npm' },
  { name: 'npx', command: 'credbridge-npx' },
] as const

export const npmSetup: Setup = {
  async plan(world) {
    if (world.platform === 'win32') throw notHere()
    const npm = realNpm(world)
    if (npm === undefined)
      throw new Failure('unavailable', 'npm is not installed', { hints: [hint`install npm first`] })
    const folder = folderFor(world, dirname(npm))
    const changes: Change[] = shims.flatMap((shim) =>
      linking(world, join(folder, shim.name), ours(world, shim.command)),
    )
    for (const old of ourLinks(world).filter((path) => dirname(path) !== folder)) changes.push(removing(world, old))
    if (changes.length > 0) changes.push({ says: 'npm: its own registries are noted', apply: () => note(world, npm) })
    const remarks = isBefore(world, folder, npm) ? [] : [`put it first on PATH: ${first(folder)}`]
    return { changes, remarks: [...remarks, ...leftInTheClear(world)] }
  },

  async undo(world) {
    return { changes: ourLinks(world).map((path) => removing(world, path)), remarks: [] }
  },

  async check(world): Promise<readonly Finding[]> {
    const links = ourLinks(world)
    const [first] = links
    if (first === undefined) {
      return [{ state: 'note', says: 'npm does not go through credbridge', fix: hint`credbridge setup npm` }]
    }
    const clear = leftInTheClear(world).map(
      (says): Finding => ({ state: 'note', says, fix: hint`credbridge import npm` }),
    )
    return [...links.map((path) => checkLink(world, path)), ...clear]
  },
}

function checkLink(world: World, path: string): Finding {
  const folder = dirname(path)
  const fix = hint`credbridge setup npm`
  const name = shims.find((shim) => path === join(folder, shim.name)) ?? shims[0]
  if (!world.files.isOurs(folder)) {
    return { state: 'wrong', says: `others can write in ${folder}`, fix: hint`chmod go-w ${folder}` }
  }
  if (world.files.linkedTo(path) !== world.ours(name.command)) {
    return { state: 'wrong', says: `${path} leads to a credbridge that is not this one`, fix }
  }
  if (world.program(name.name) !== path) {
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

function ours(world: World, name: string): string {
  const path = world.ours(name)
  if (path !== undefined) return path
  throw new Failure('unavailable', `${name} is not installed or cannot be run`, { hints: [hint`install credbridge`] })
}

/** The folder for our own links, which is not on PATH unless its owner puts it there. */
function ownFolder({ places }: World): string {
  return join(places.data, 'bin')
}

/** Where our links are already; a folder of the user's own that PATH has before npm; else one that PATH has to get. */
function folderFor(world: World, npmIn: string): string {
  const [link] = ourLinks(world)
  if (link !== undefined && world.files.isOurs(dirname(link))) return dirname(link)
  const onPath = foldersOnPath(world)
  const before = onPath.slice(0, onPath.indexOf(npmIn)).filter((folder) => world.files.isOurs(folder))
  const free = before.filter((folder) => shims.every(({ name }) => !world.files.exists(join(folder, name))))
  const usual = [join(world.home, '.local', 'bin'), join(world.home, 'bin')]
  return usual.find((folder) => free.includes(folder)) ?? ownFolder(world)
}

function isBefore(world: World, folder: string, npm: string): boolean {
  const onPath = foldersOnPath(world)
  return onPath.includes(folder) && onPath.indexOf(folder) < onPath.indexOf(dirname(npm))
}

function ourLinks(world: World): readonly string[] {
  const folders = [...new Set([...foldersOnPath(world), ownFolder(world)])]
  const paths = folders.flatMap((folder) => shims.map(({ name }) => join(folder, name)))
  return paths.filter((path) => isOurLink(world, path))
}

function linking(world: World, path: string, to: string): Change[] {
  if (world.files.linkedTo(path) === to) return []
  const make = () => {
    if (isOurLink(world, path)) world.files.remove(path)
    world.files.folder(dirname(path))
    if (!world.files.isOurs(dirname(path))) throw new Failure('refused', `others can write in ${dirname(path)}`)
    world.files.link(path, to)
  }
  return [{ says: `npm: ${path} leads to ${to}`, apply: make }]
}

function removing(world: World, path: string): Change {
  return { says: `npm: remove ${path}`, apply: () => world.files.remove(path) }
}

async function note(world: World, npm: string): Promise<void> {
  await askAgain(world, npm)
}

function leftInTheClear(world: World): readonly string[] {
  const file = userConfigFile(world)
  const plain = settingsInFile(world.files.read(file) ?? '').filter(plainIn)
  return plain.length === 0 ? [] : [`${file} has secrets in the clear, which go first: credbridge import npm`]
}

function notHere(): Failure {
  return new Failure('unsupported', 'npm is a batch file on Windows, which cannot be started without a shell', {
    hints: [hint`credbridge run --env NODE_AUTH_TOKEN=<registry> -- <program>`],
  })
}
