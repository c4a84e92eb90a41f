import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { runIn } from '../../system/child.ts'
import type { ClientMachine } from '../../system/machine.ts'
import { statOf } from '../../system/process-identity.ts'
import { rememberTold, toldLately } from './told-lately.ts'

/*
 * The program that started this process, for helpers whose client tells them nothing and does not pass on their
 * messages. There may be shells between the two, which run the helper's command.
 */

export interface Caller {
  /** Its arguments; empty if they cannot be read. On systems where `ps` lists them, they are split at blanks. */
  readonly words: readonly string[]
  /** Writes to the caller's standard error, else to the terminal, if there is one. */
  say(text: string): void
  /** Writes to the caller's standard error only if that is a terminal, and once only. On Linux only. */
  sayOnTerminal(text: string, machine: Pick<ClientMachine, 'folders' | 'userId'>): void
}

const mostShells = 3

export async function caller(): Promise<Caller> {
  let id: number | undefined = process.ppid
  for (let at = 0; at < mostShells && id !== undefined && id > 1; at++) {
    const { words, parent } = await read(id)
    const [from, path] = [id, `/proc/${id}/fd/2`]
    if (words[1] !== '-c') {
      return {
        words: words.slice(1),
        say: (text) => void say(text, [path, '/dev/tty']),
        sayOnTerminal(text, machine) {
          const isNew = (fd: number) => isatty(fd) && !toldLately(machine, from, text)
          if (say(text, [path], isNew)) rememberTold(machine, from, text)
        },
      }
    }
    id = parent
  }
  return { words: [], say: (text) => void say(text, ['/dev/tty']), sayOnTerminal: () => {} }
}

async function read(id: number): Promise<{ words: readonly string[]; parent: number | undefined }> {
  try {
    return process.platform === 'linux' ? readProc(id) : await askPs(id)
  } catch {
    return { words: [], parent: undefined }
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_cmdline.5.html */
function readProc(id: number) {
  const words = readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0').slice(0, -1)
  return { words, parent: statOf(id)?.parent }
}

async function askPs(id: number) {
  const { stdout } = await runIn(process.env)('/bin/ps', ['-o', 'ppid=,args=', '-p', String(id)])
  const [parent, ...words] = stdout.trim().split(/\s+/)
  return { words, parent: Number(parent) }
}

/** Whether one of these files took the text. */
function say(text: string, paths: readonly string[], fits: (fd: number) => boolean = () => true): boolean {
  for (const path of paths) {
    try {
      // O_NONBLOCK: a full pipe without a reader must not block this process.
      const fd = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK | constants.O_NOCTTY)
      try {
        if (!fits(fd)) continue
        writeSync(fd, text)
        return true
      } finally {
        closeSync(fd)
      }
    } catch {}
  }
  return false
}
