import { type Hint, hint } from '../../core/hint.ts'
import type { Machine } from '../../system/machine.ts'
import { startsWindowsPrograms } from '../../system/wsl.ts'
import type { StoreType } from '../store-type.ts'

export const helperType: StoreType = {
  name: 'helper',
  parameter: '<name>',
  canBeSettled: true,
  offer: (machine) => (startsWindowsPrograms(machine) ? offerOfWindows(machine) : undefined),
  async open({ machine, parameter }) {
    const [{ openHelper }, { sealedFor }] = await Promise.all([import('./store.ts'), import('./largest.ts')])
    return sealedFor(parameter, await openHelper(parameter, await machine.whole()), machine)
  },
  protects: async ({ parameter }) => `protects what docker-credential-${parameter} protects`,
}

const managers = ['git-credential-manager.exe', 'git-credential-manager-core.exe']

/** In WSL: the Credential Manager of Windows, by the helper that comes with Docker Desktop. */
function offerOfWindows({ program }: Machine): Hint | undefined {
  if (program('docker-credential-wincred.exe') !== undefined) {
    return hint`to keep secrets in the Credential Manager of Windows (encrypted for your Windows account, one account for each endpoint and tool): credbridge use helper:wincred`
  }
  if (managers.every((name) => program(name) === undefined)) return undefined
  return hint`Git Credential Manager keeps its sign-ins in Windows; to keep secrets there too, put docker-credential-wincred.exe on PATH, then run: credbridge use helper:wincred`
}
