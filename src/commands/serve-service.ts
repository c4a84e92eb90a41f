import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { Failure } from '../core/failure.ts'
import { hint, linesSaidBy } from '../core/hint.ts'
import { madeBy, serviceUnit, socketUnit } from '../serve/units.ts'
import type { Machine } from '../system/machine.ts'

/* The units of `credbridge setup serve` on this machine, and the manager that reads them. */

/** The command that clients and units start. */
export const command = 'credbridge'

/** A command for the manager of this user, without `systemctl --user`. */
export type ManagerWords = readonly string[]

export const starting: readonly ManagerWords[] = [
  ['daemon-reload'],
  // A service that runs still has the former grant, and keeps the socket from being opened anew.
  ['stop', serviceUnit],
  ['enable', socketUnit],
  ['restart', socketUnit],
]

export const stopping: readonly ManagerWords[] = [
  ['daemon-reload'],
  ['stop', socketUnit, serviceUnit],
  ['disable', socketUnit],
]

export const reloading: readonly ManagerWords[] = [['daemon-reload']]

/** The folder of this user's units: https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html */
function unitFolder({ folders }: Pick<Machine, 'folders'>): string {
  return join(dirname(folders.config), 'systemd', 'user')
}

/** The paths of both units, and of the link that `systemctl enable` makes. */
export function unitFiles(machine: Pick<Machine, 'folders'>): Readonly<Record<'socket' | 'service' | 'link', string>> {
  const folder = unitFolder(machine)
  return {
    socket: join(folder, socketUnit),
    service: join(folder, serviceUnit),
    link: join(folder, 'sockets.target.wants', socketUnit),
  }
}

/** The files of `setup serve` that are there. */
export function serviceFiles(machine: Pick<Machine, 'folders' | 'files'>): readonly string[] {
  const { socket, service, link } = unitFiles(machine)
  const units = [socket, service].filter((path) => isOurs(machine.files.read(path)))
  return units.length > 0 && machine.files.linkedTo(link) !== undefined ? [...units, link] : units
}

/** A file that somebody else made under these names is `refused`. */
export function refuseOthersUnits(machine: Pick<Machine, 'folders' | 'files'>): void {
  const { socket, service } = unitFiles(machine)
  for (const path of [socket, service]) {
    const text = machine.files.read(path)
    if (text !== undefined && !isOurs(text)) throw notOurs(path)
  }
}

function isOurs(text: string | undefined): boolean {
  return text?.startsWith(`${madeBy}\n`) === true
}

function notOurs(path: string): Failure {
  return new Failure('refused', `${path} is there, and credbridge setup serve did not make it`, {
    hints: [hint`look at it, and move it away: ls -l ${path}`],
  })
}

/** Whether the manager of this user runs and can be reached. */
export function hasManager({ env, platform }: Pick<Machine, 'env' | 'platform'>): boolean {
  const runtime = env['XDG_RUNTIME_DIR'] ?? ''
  return platform === 'linux' && isAbsolute(runtime) && existsSync(join(runtime, 'systemd', 'private'))
}

/** Runs these commands of the manager. One that fails ends it: `unavailable`. */
export async function tellManager({ program, run }: Machine, commands: readonly ManagerWords[]): Promise<void> {
  const systemctl = program('systemctl')
  if (systemctl === undefined) throw new Failure('unavailable', 'systemctl is not on PATH')
  for (const words of commands) {
    const { exitCode, stderr } = await run(systemctl, ['--user', ...words], { limit: managerLimit })
    if (exitCode === 0) continue
    throw new Failure('unavailable', `systemctl --user ${words.join(' ')} failed with exit code ${exitCode}`, {
      hints: linesSaidBy('systemctl', stderr),
    })
  }
}

const managerLimit = 60_000

/** The command as a person types it. */
export function managerLine(words: ManagerWords): string {
  return `systemctl --user ${words.join(' ')}`
}
