import { dirname, isAbsolute, join } from 'node:path'
import { Failure } from '../../../core/failure.ts'
import type { Change, Finding, Plan, SetupOptions, World } from '../../tool.ts'

/*
 * pip and uv run a program named `keyring` that they find on PATH. It is a link to our command, in a folder in which
 * nobody but its owner can put another one. Another program of that name is left alone.
 */

export const command = 'credbridge-keyring'

/** The link that is missing. The tool does not look for it in the folder that it passes over. */
export function planCommand(world: World, options: SetupOptions, passedOver?: string): Plan {
  const ours = ourCommand(world)
  const found = foundFirst(world, passedOver)
  if (found !== undefined && leadsTo(world, found) === ours) return { changes: [], remarks: [] }
  const stale = ourLinks(world).filter((path) => leadsTo(world, path) !== ours)
  const isOther = (path: string | undefined) =>
    path !== undefined && !stale.includes(path) && leadsTo(world, path) !== ours
  const other = [world.program('keyring'), found].find(isOther)
  if (other !== undefined && options['beforeOthers'] !== true) throw anotherFirst(other)
  const path = join(folderFor(world, dirname(ours), other, passedOver), fileName(world))
  const remarks = other === undefined ? [] : [`${other} stays; yours is now ${path}`]
  return { changes: [...stale.map((old) => removing(world, old)), linking(world, path, ours)], remarks }
}

/** Removes our links, unless something else that was set up still calls them. */
export function undoCommand(world: World, stillCalled: boolean): readonly Change[] {
  return stillCalled ? [] : ourLinks(world).map((path) => removing(world, path))
}

export function checkCommand(world: World, passedOver?: string): Finding {
  const first = foundFirst(world, passedOver)
  if (first === undefined) {
    const beside = world.program('keyring')
    const says = beside === undefined ? 'there is no keyring command on PATH' : `pip passes over ${beside}`
    return { state: 'wrong', says, fix: again }
  }
  if (leadsTo(world, first) === world.ours(command)) return { state: 'ok', says: `keyring is ${first}, which is ours` }
  if (ourLinks(world).includes(first)) {
    return { state: 'wrong', says: `${first} leads to a credbridge that is not this one`, fix: again }
  }
  return { state: 'wrong', says: `keyring is ${first}, which is not ours`, fix: `${again} --before-others` }
}

const again = 'credbridge setup pip'

/** Saves, finds and removes a throw-away password as pip does it, through whatever `keyring` is on PATH. */
export async function proveCommand(world: World, passedOver?: string): Promise<string> {
  const keyring = foundFirst(world, passedOver)
  if (keyring === undefined) throw new Failure('unavailable', 'there is no keyring command on PATH', { hints: [again] })
  const service = `https://try-${random()}.example.com/simple/`
  const password = random()
  const set = await world.run(keyring, ['set', service, 'try-out'], { input: `${password}\n` })
  const found = await world.run(keyring, ['--mode=creds', '--output=json', 'get', service])
  const gone = await world.run(keyring, ['del', service, 'try-out'])
  const expected = `{"username": "try-out", "password": "${password}"}\n`
  if (set.exitCode === 0 && found.stdout === expected && gone.exitCode === 0) {
    return `${keyring} kept a throw-away password, found it as pip asks for it, and forgot it`
  }
  const said = [set, found, gone].flatMap(({ stderr }) => stderr.split('\n')).filter((line) => line !== '')
  throw new Failure('internal', `${keyring} did not find again what it had kept`, {
    hints: [...new Set(said)].slice(0, 5).map((line) => `it says: ${line}`),
  })
}

/** The keyring that a tool finds which passes over this folder. */
function foundFirst(world: World, passedOver: string | undefined): string | undefined {
  const first = world.program('keyring')
  if (first === undefined || dirname(first) !== passedOver) return first
  const paths = foldersOnPath(world).map((folder) => join(folder, fileName(world)))
  return paths.find((path) => dirname(path) !== passedOver && world.files.exists(path))
}

function random(): string {
  return Math.random().toString(36).slice(2)
}

export function ourCommand(world: World): string {
  const path = world.ours(command)
  if (path !== undefined) return path
  throw new Failure('unavailable', `${command} is not installed or cannot be run`, { hints: ['install credbridge'] })
}

function foldersOnPath({ env, platform }: World): readonly string[] {
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(platform === 'win32' ? ';' : ':')
  return folders.filter(isAbsolute)
}

function fileName({ platform }: World): string {
  return platform === 'win32' ? 'keyring.cmd' : 'keyring'
}

/** Beside our command if that is on PATH, else in the home folder, else the first that is safe; before the other one. */
function folderFor(world: World, besideOurs: string, other: string | undefined, passedOver?: string): string {
  const all = foldersOnPath(world)
  const before = other === undefined ? all : all.slice(0, all.indexOf(dirname(other)))
  const safe = before.filter(
    (folder) =>
      folder !== passedOver && world.files.isOurs(folder) && !world.files.exists(join(folder, fileName(world))),
  )
  const best = [besideOurs, join(world.home, '.local', 'bin'), join(world.home, 'bin')].find((it) => safe.includes(it))
  const folder = best ?? safe.find((it) => it.startsWith(world.home)) ?? safe[0]
  if (folder !== undefined) return folder
  const where = other === undefined ? 'on PATH' : `on PATH before ${other}`
  throw new Failure('refused', `there is no folder ${where} in which only you can put a command`, {
    hints: [`mkdir -p ~/.local/bin, and put it first on PATH`],
  })
}

function ourLinks(world: World): readonly string[] {
  const paths = foldersOnPath(world).map((folder) => join(folder, fileName(world)))
  return [...new Set(paths)].filter((path) => /(^|[/\\])credbridge-keyring(\.\w+)?$/.test(leadsTo(world, path) ?? ''))
}

/** What our link leads to: the link itself says it, on Windows the only line of the file. */
function leadsTo(world: World, path: string): string | undefined {
  if (world.platform !== 'win32') return world.files.linkedTo(path)
  return /^@"([^"]+)" %\*/.exec(world.files.read(path) ?? '')?.[1]
}

function linking(world: World, path: string, ours: string): Change {
  const make = () =>
    world.platform === 'win32' ? world.files.write(path, `@"${ours}" %*\r\n`) : world.files.link(path, ours)
  return { says: `keyring: ${path} leads to ${ours}`, apply: make }
}

function removing(world: World, path: string): Change {
  return { says: `keyring: remove ${path}`, apply: () => world.files.remove(path) }
}

function anotherFirst(other: string): Failure {
  return new Failure('refused', `there is another keyring command: ${other}`, {
    hints: ['let that one ask credbridge: credbridge setup python', 'or go before it on PATH: --before-others'],
  })
}
