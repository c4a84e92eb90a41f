import type { Machine } from '../src/system/machine.ts'
import { userFiles } from '../src/system/user-files.ts'

/** A machine on which nothing is installed and nothing can be reached, but for what a test gives it. */
export function testMachine(home: string, more: Partial<Machine> = {}): Machine {
  const nothingThere = (what: string) => async () => Promise.reject(new Error(`the test has no ${what}`))
  const machine: Machine = {
    env: {},
    platform: 'linux',
    userId: process.getuid?.() ?? -1,
    processId: process.pid,
    home,
    folders: { home, config: `${home}/.config`, data: `${home}/.data`, state: `${home}/.state` },
    workingFolder: home,
    files: userFiles({ userId: process.getuid?.() ?? -1, platform: process.platform }),
    run: nothingThere('programs to run'),
    runApart: nothingThere('program of its own'),
    program: () => undefined,
    ownCommand: () => undefined,
    isOwnProgram: () => false,
    relink: () => [],
    async compile() {},
    wrappers: { write() {}, remove() {}, fault: () => undefined },
    shippedFile: () => undefined,
    shippedProgram: () => undefined,
    addon: nothingThere('addon'),
    connector: nothingThere('sockets'),
    setVariable() {
      throw new Error('the test sets no variable')
    },
    readDescriptor: () => undefined,
    say() {},
    whole: async () => machine,
    ...more,
  }
  return machine
}
