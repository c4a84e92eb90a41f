import { readDescriptor } from '../system/descriptor.ts'
import { type Folders, foldersOf } from '../system/folders.ts'
import type { ClientMachine } from '../system/machine.ts'
import { programsOnPath } from '../system/programs.ts'
import type { Binding } from '../system/unix-socket-pipe.ts'
import { isTerminal, write } from './stdio.ts'

/** What a client's call uses of the real machine, but for the rest of it. */
export type ClientPart = Omit<ClientMachine, 'whole'>

/** Its folders are determined when they are first used, because there may be no home folder. */
export function clientPart(say: ClientMachine['say'] = sayOnTerminal): ClientPart {
  const { env, platform } = process
  const userId = process.getuid?.() ?? -1
  let known: Folders | undefined
  const places = () => {
    known ??= foldersOf(env, platform, userId)
    return known
  }
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
    run: async (...call) => (await import('../system/child.ts')).runIn(env)(...call),
    runApart: async (...how) => (await import('./run-apart.ts')).runApart(env, ...how),
    program: (name) => programsOnPath(name, env)[0],
    addon: async () => (await import('./installation/addon.ts')).loadAddon(),
    async connector() {
      const { socketConnector } = await import('../system/unix-socket-pipe.ts')
      return socketConnector((process as { binding?: Binding }).binding?.bind(process))
    },
    setVariable(name, value) {
      process.env[name] = value
    },
    readDescriptor,
    say,
  }
}

async function sayOnTerminal(line: string): Promise<void> {
  if (await isTerminal(2)) write(2, `credbridge: ${line}\n`)
}
