import { basename } from 'node:path'
import { statOf } from '../../system/process-identity.ts'
import { linkIfReadable } from '../../system/readable.ts'

interface RunningProgram {
  readonly id: number
  /** When it was started, in the system's own words. */
  readonly started: string
  /** The name of its file. */
  readonly name: string
  /** An absolute path by which the same program can be run. */
  readonly path: string
  /** The ID of the process that started it. */
  readonly parent: number
}

const shells = ['sh', 'dash', 'bash', 'zsh', 'ksh', 'fish', 'busybox']
const mostShells = 3

/**
 * The program that started this process, behind shells that run a script of the person's; `undefined` if the system
 * does not tell.
 */
export async function callingProgram(): Promise<RunningProgram | undefined> {
  const look = process.platform === 'linux' ? fromProc : fromPs
  let found = await look(process.ppid)
  for (let count = 0; count < mostShells && found !== undefined && shells.includes(found.name); count++) {
    found = await look(found.parent)
  }
  return found
}

const deleted = ' (deleted)'

/** Through /proc the very same program can be run, even if its file was replaced meanwhile. */
async function fromProc(id: number): Promise<RunningProgram | undefined> {
  const path = `/proc/${id}/exe`
  const [file, stat] = [linkIfReadable(path), statOf(id)]
  if (file === undefined || stat === undefined) return undefined
  const name = basename(file.endsWith(deleted) ? file.slice(0, -deleted.length) : file)
  return { id, started: stat.started, name, path, parent: stat.parent }
}

async function fromPs(id: number): Promise<RunningProgram | undefined> {
  if (process.platform === 'win32') return undefined
  try {
    const { runIn } = await import('../../system/child.ts')
    const run = runIn(process.env)
    const of = ['-p', String(id)]
    const said = await run('/bin/ps', ['-o', 'ppid=,lstart=', ...of])
    const files = await run('/usr/sbin/lsof', ['-a', '-d', 'txt', '-F', 'n', ...of])
    return describedBy(id, said.stdout, files.stdout)
  } catch {
    return undefined
  }
}

/** On macOS ps(1) tells only what a program was started as: `ssh`, `-zsh`. lsof(8) lists the program's file first. */
export function describedBy(id: number, ps: string, lsof: string): RunningProgram | undefined {
  const [, parent, started] = /^\s*(\d+)\s+(\S.*?)\s*$/.exec(ps) ?? []
  const path = lsof
    .split('\n')
    .find((line) => line.startsWith('n/'))
    ?.slice(1)
  if (started === undefined || path === undefined) return undefined
  return { id, started, name: basename(path), path, parent: Number(parent) }
}
