import { basename } from 'node:path'
import { linkIfReadable, textIfReadable } from '../../system/readable.ts'

/** The program that started this process; `undefined` if the system does not tell. */
export async function callingProgram(): Promise<{ readonly name: string; readonly path: string } | undefined> {
  return process.platform === 'linux' ? fromProc(process.ppid) : fromPs(process.ppid)
}

const deleted = ' (deleted)'

/** Through /proc the very same program can be run, even if its file was replaced meanwhile. */
function fromProc(id: number) {
  const path = `/proc/${id}/exe`
  const name = linkIfReadable(path) ?? textIfReadable(`/proc/${id}/comm`)?.trimEnd()
  return name === undefined
    ? undefined
    : { name: basename(name.endsWith(deleted) ? name.slice(0, -deleted.length) : name), path }
}

/** On macOS `comm` is the path of the program. */
async function fromPs(id: number) {
  if (process.platform === 'win32') return undefined
  try {
    const { runIn } = await import('../../system/child.ts')
    const { stdout } = await runIn(process.env)('/bin/ps', ['-o', 'comm=', '-p', String(id)])
    const path = stdout.trim()
    return path === '' ? undefined : { name: basename(path), path }
  } catch {
    return undefined
  }
}
