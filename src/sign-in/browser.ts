import { isAbsolute, join } from 'node:path'
import type { Machine } from '../system/machine.ts'
import { isRunnable } from '../system/programs.ts'
import { isInProject } from '../system/project.ts'

/** A program that shows a page to the person, and the words before the address. */
export interface Browser {
  readonly program: string
  readonly words: readonly string[]
}

/** The browser of this session; `undefined` if a page would be shown to nobody, as over SSH or in a container. */
export function findBrowser(machine: Machine): Browser | undefined {
  const { env, platform } = machine
  const chosen = ofVariable(machine, env['BROWSER'] ?? '')
  if (chosen !== undefined) return chosen
  if ((env['SSH_CONNECTION'] ?? env['SSH_TTY'] ?? '') !== '') return undefined
  if (platform === 'darwin') return known('/usr/bin/open')
  if (platform === 'win32') {
    const root = env['SystemRoot'] ?? env['SYSTEMROOT'] ?? ''
    return isAbsolute(root) ? known(join(root, 'System32', 'rundll32.exe'), 'url.dll,FileProtocolHandler') : undefined
  }
  if ((env['DISPLAY'] ?? '') === '' && (env['WAYLAND_DISPLAY'] ?? '') === '') return undefined
  return usable(machine, machine.program('xdg-open'))
}

/** `BROWSER` is a list of programs between colons. Only a plain name or path counts, not a command with words. */
function ofVariable(machine: Machine, value: string): Browser | undefined {
  for (const name of value.split(':').map((one) => one.replace(/ *"?%s"?$/, ''))) {
    const browser = isAbsolute(name) ? usable(machine, name) : usable(machine, machine.program(name))
    if (browser !== undefined) return browser
  }
  return undefined
}

function known(program: string, ...words: readonly string[]): Browser | undefined {
  return isRunnable(program) ? { program, words } : undefined
}

function usable(machine: Machine, program: string | undefined): Browser | undefined {
  return program === undefined || isInProject(machine, program) ? undefined : known(program)
}
