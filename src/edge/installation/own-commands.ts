import { join } from 'node:path'
import type { Folders } from '../../system/folders.ts'
import type { Launched } from '../../system/launcher.ts'
import type { Environment, Wrappers } from '../../system/machine.ts'
import { isRunnable } from '../../system/programs.ts'
import { isTrusted } from '../../system/trusted-path.ts'
import type { Files } from '../../system/user-files.ts'
import type { Change } from '../../tools/tool.ts'
import { executable, resolved } from './executable.ts'
import { commandOf, relink } from './executable-commands.ts'
import { startsOf } from './node-starts.ts'
import { isOwnProgram, wrapperFolder } from './own-program.ts'
import { installedIn } from './running-file.ts'
import { standalone } from './version.ts'
import type { WindowsCommands } from './windows-commands.ts'
import { shellWrapper } from './wrapper.ts'

const isWindows = process.platform === 'win32'
const people = 'credbridge'

/*
 * The commands of this installation: those of the standalone executable if there is one, else those on Node, which
 * clients start by wrappers. `windows` is how commands are started there, absent on any other system.
 */

/** The absolute path by which a client starts one of our commands, with any PATH. */
export function ownCommand(
  command: string,
  env: Environment,
  folders: () => Folders,
  windows: WindowsCommands | undefined,
): string | undefined {
  const file = executable()
  const path = file && commandOf(file, command, env)
  if (path !== undefined || standalone) return path
  if (windows !== undefined && windows.shippedLauncher() === undefined) return undefined
  return nodeStarts(command, env) && wrapperFile(command, folders)
}

/** The changes that make PATH lead to commands that clients can start, and to the standalone executable if there is one. */
export function relinkIn(
  folders: () => Folders,
  commands: readonly string[],
  env: Environment,
  files: Files,
  windows: WindowsCommands | undefined,
): readonly Change[] {
  const isOwn = (program: string) => isOwnProgram(program, folders, windows)
  return windows !== undefined
    ? windows.besideShims(commands, (command) => launchedFor(command, env), env, files, isOwn)
    : relink(commands, env, files, isOwn)
}

/** The wrappers of this installation. */
export function wrappersIn(
  folders: () => Folders,
  env: Environment,
  files: Files,
  windows: WindowsCommands | undefined,
): Wrappers {
  if (windows !== undefined) {
    const isOwn = (program: string) => isOwnProgram(program, folders, windows)
    const started = (command: string) => (executable() === undefined ? launchedFor(command, env) : undefined)
    return windows.launchersIn(() => wrapperFolder(folders), started, env, isOwn)
  }
  const textOf = (command: string, keepsOptions: boolean) => {
    const starts = executable() === undefined ? nodeStarts(command, env) : undefined
    return starts && shellWrapper({ command, ...starts, keepsOptions })
  }
  return {
    write(commands, keepingOptions = []) {
      for (const command of commands) {
        const [path, text] = [wrapperFile(command, folders), textOf(command, keepingOptions.includes(command))]
        if (text === undefined || (files.read(path) === text && isRunnable(path))) continue
        if (!isRunnable(path)) files.remove(path)
        files.write(path, text, 'program')
      }
    },
    remove(commands) {
      for (const command of commands) files.remove(wrapperFile(command, folders))
    },
    fault(command, keepingOptions = []) {
      const [path, text] = [wrapperFile(command, folders), textOf(command, keepingOptions.includes(command))]
      if (text === undefined || (files.read(path) === text && isRunnable(path))) return undefined
      return files.exists(path) ? `${path} starts another credbridge, or another Node` : `${path} does not exist`
    },
  }
}

function wrapperFile(command: string, folders: () => Folders): string {
  return join(wrapperFolder(folders), isWindows ? `${command}.exe` : command)
}

/** What a launcher of a command on Windows starts. Upgrades move neither Node nor credbridge there. */
function launchedFor(command: string, env: Environment): Launched | undefined {
  const file = executable()
  if (file !== undefined) return command === people ? { program: file } : { program: file, argument: command }
  const [first] = nodeStarts(command, env)?.starts ?? []
  return first && { program: first.node, argument: first.file }
}

function nodeStarts(command: string, env: Environment) {
  const { execPath, argv } = process
  const userId = process.getuid?.() ?? -1
  const trusts = (path: string) => isTrusted(path, userId)
  const node = resolved(execPath) ?? execPath
  return startsOf(command, { node, started: argv[1] ?? '', dist: installedIn(), env, trusts })
}
