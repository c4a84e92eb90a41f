import { join } from 'node:path'
import { vaultKeyDescriptor } from '../core/program.ts'
import { readDescriptor } from '../system/descriptor.ts'
import { type Folders, foldersOf } from '../system/folders.ts'
import type { Environment, Machine } from '../system/machine.ts'
import { programsOnPath } from '../system/programs.ts'
import { type Binding, socketConnector } from '../system/unix-socket-pipe.ts'
import { userFiles } from '../system/user-files.ts'
import { credbridgeItself, isOwnProgram, ownCommand, relinkIn, wrappersIn } from './installation/own-commands.ts'
import { installedIn } from './installation/running-file.ts'
import { shippedProgram } from './installation/shipped.ts'
import { standalone } from './installation/version.ts'
import { shippedLauncher } from './installation/windows-commands.ts'
import { isTerminal, write } from './stdio.ts'

/** The real machine. Its folders are determined when they are first used, because there may be no home folder. */
export function thisMachine(say: Machine['say'] = sayOnTerminal): Machine {
  const { env, platform } = process
  const userId = process.getuid?.() ?? -1
  let known: Folders | undefined
  const places = () => {
    known ??= foldersOf(env, platform, userId)
    return known
  }
  const files = userFiles({ userId, platform, processId: process.pid, launcher: shippedLauncher })
  const isOursHere = (program: string) => isOwnProgram(program, places)
  return {
    env,
    platform,
    userId,
    processId: process.pid,
    get home() {
      return places().home
    },
    get folders() {
      return places()
    },
    workingFolder: process.cwd(),
    files,
    run: async (...call) => (await import('../system/child.ts')).runIn(env)(...call),
    async runApart(words, input, limit) {
      const { feedDetached } = await import('../system/feed.ts')
      const [program, ...first] = credbridgeItself()
      const { ended } = await feedDetached(env, program, [...first, ...words], input, keyDescriptors(env))
      await within(limit, ended)
    },
    program: (name) => programsOnPath(name, env)[0],
    ownCommand: (command) => ownCommand(command, env, places),
    isOwnProgram: isOursHere,
    relink: (commands) => relinkIn(places, commands, env, files),
    async compile(commands) {
      if (!standalone) (await import('./installation/compiled-code.ts')).compileCommands(commands, installedIn())
    },
    wrappers: wrappersIn(places, env, files),
    shippedProgram,
    shippedFile: (name) => files.read(join(installedIn(), name)),
    addon: async () => (await import('./installation/addon.ts')).loadAddon(),
    connector: () => socketConnector((process as { binding?: Binding }).binding?.bind(process)),
    setVariable(name, value) {
      process.env[name] = value
    },
    readDescriptor,
    say,
  }
}

/** The descriptor of the vault's key, if the key was handed over so. Node closes it for child processes. */
function keyDescriptors(env: Environment): readonly number[] {
  const descriptor = Number(env[vaultKeyDescriptor] ?? '')
  return descriptor > 2 && readDescriptor(descriptor) !== undefined ? [descriptor] : []
}

/** Also keeps this process alive so long. */
async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  await Promise.race([work, limit])
  clearTimeout(timer)
}

async function sayOnTerminal(line: string): Promise<void> {
  if (await isTerminal(2)) write(2, `credbridge: ${line}\n`)
}
