import { type Hint, hint } from '../../core/hint.ts'
import type { Machine } from '../../system/machine.ts'
import { startsWindowsPrograms } from '../../system/wsl.ts'

const managers = ['git-credential-manager.exe', 'git-credential-manager-core.exe']

/** In WSL: the Credential Manager of Windows, by the helper that comes with Docker Desktop. */
export function offerOfWindows(machine: Machine): Hint | undefined {
  if (!startsWindowsPrograms(machine)) return undefined
  const { program } = machine
  if (program('docker-credential-wincred.exe') !== undefined) {
    return hint`to keep secrets in the Credential Manager of Windows (encrypted for your Windows account, one account for each endpoint and tool): credbridge use helper:wincred`
  }
  if (managers.every((name) => program(name) === undefined)) return undefined
  return hint`Git Credential Manager keeps its sign-ins in Windows; to keep secrets there too, put docker-credential-wincred.exe on PATH, then run: credbridge use helper:wincred`
}
