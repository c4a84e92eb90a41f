import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { hintsInWindowsWords } from '../../core/windows-hints.ts'
import {
  isLauncher,
  type Launched,
  type Launchers,
  launchedBy,
  placeLauncher,
  removeLauncher,
} from '../../system/launcher.ts'
import type { Environment, Wrappers } from '../../system/machine.ts'
import { programsOnPath } from '../../system/programs.ts'
import { textIfReadable } from '../../system/readable.ts'
import type { Files } from '../../system/user-files.ts'
import type { Change } from '../../tools/tool.ts'
import { shippedProgram } from './shipped.ts'

/*
 * On Windows each command that clients start is a launcher (system/launcher.ts). npm's own shims on PATH are batch files,
 * for people: many clients cannot start them. This is loaded on Windows only.
 */

/** This module, as it is handed on. */
export type WindowsCommands = typeof import('./windows-commands.ts')

/** What the launcher of a command starts; `undefined` if this installation has no such command. */
type LaunchedFor = (command: string) => Launched | undefined

/** The content of the launcher that ships with the commands; `undefined` if there is none. */
export function shippedLauncher(): Buffer | undefined {
  const file = shippedProgram('launcher')
  return file === undefined ? undefined : readFileSync(file)
}

/** How hints are said there. */
export const inWindowsWords = hintsInWindowsWords

/** What stands for links to programs among a person's files. */
export const launchers: Launchers = {
  of: shippedLauncher,
  place: placeLauncher,
  startedBy: launchedBy,
  remove: removeLauncher,
}

/** The launchers of this installation, in this folder. */
export function launchersIn(folder: () => string, launchedFor: LaunchedFor, env: Environment, isOwn: IsOwn): Wrappers {
  const wanted = (command: string, keepsOptions: boolean) => {
    const [launcher, launched] = [shippedLauncher(), launchedFor(command)]
    const path = join(folder(), `${command}.exe`)
    return launcher && launched && { path, launcher, launched: { ...launched, keepsOptions } }
  }
  return {
    write(commands, keepingOptions = []) {
      for (const command of commands) {
        const one = wanted(command, keepingOptions.includes(command))
        if (one !== undefined && !isLauncher(one.path, one.launcher, one.launched)) {
          placeLauncher(one.path, one.launcher, one.launched)
        }
      }
    },
    remove(commands) {
      for (const command of commands) {
        removeLauncher(join(folder(), `${command}.exe`))
        for (const path of launchersOnPath(command, env).filter(isOwn)) removeLauncher(path)
      }
    },
    fault(command, keepingOptions = []) {
      const one = wanted(command, keepingOptions.includes(command))
      if (one === undefined || isLauncher(one.path, one.launcher, one.launched)) return undefined
      return launchedBy(one.path) === undefined
        ? `${one.path} does not exist`
        : `${one.path} starts another credbridge, or another Node`
    },
  }
}

type IsOwn = (program: string) => boolean

function launchersOnPath(command: string, env: Environment): readonly string[] {
  return programsOnPath(command, env).filter((path) => launchedBy(path) !== undefined)
}

/** The changes that put a launcher beside npm's shim, where that is the first on PATH. */
export function besideShims(
  commands: readonly string[],
  launchedFor: LaunchedFor,
  env: Environment,
  files: Files,
  isOwn: IsOwn,
): readonly Change[] {
  const launcher = shippedLauncher()
  return commands.flatMap((command) => {
    const [found] = programsOnPath(command, env)
    const launched = launchedFor(command)
    if (launcher === undefined || launched === undefined || found === undefined || !isOwn(found)) return []
    const path = join(dirname(found), `${command}.exe`)
    const isShim = shimTarget(found) !== undefined || launchedBy(found) !== undefined
    if (!isShim || !files.isOwnFolder(dirname(path)) || isLauncher(path, launcher, launched)) return []
    return [{ says: `${path} starts ${command}`, apply: () => placeLauncher(path, launcher, launched) }]
  })
}

/** What a launcher or npm's shim starts: a script, else a program; `undefined` for any other file. */
export function startedBy(path: string): string | undefined {
  const launched = launchedBy(path)
  return launched === undefined ? shimTarget(path) : scriptOf(launched)
}

function scriptOf({ program, argument }: Launched): string {
  return argument?.endsWith('.cjs') === true ? argument : program
}

/** npm's shims for a command: one for cmd, one for PowerShell, one for sh (npm's cmd-shim). */
function shimTarget(path: string): string | undefined {
  if (!/\.(cmd|ps1)$/i.test(path)) return undefined
  const named = (textIfReadable(path) ?? '').matchAll(/"(?:%dp0%|%~dp0|\$basedir)[\\/]([^"]+\.(?:cjs|exe))"/gi)
  const started = [...named].map(([, file = '']) => file).findLast((file) => file !== 'node.exe')
  return started === undefined ? undefined : resolve(dirname(path), ...started.split(/[\\/]/))
}
