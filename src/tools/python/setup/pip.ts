import { hint } from '../../../core/hint.ts'
import { notInstalled, skippedAsAbsent } from '../../installed.ts'
import type { DoctorLine, Machine, Plan, Setup } from '../../tool.ts'
import { checkCommand, planCommand, undoCommand } from './command.ts'
import { netrc, overruled } from './overruled.ts'
import { callerOf, type Program, pipAsks, program, wanted } from './pip-config.ts'
import { setting, unsetting } from './pip-setting.ts'
import { proveCommand } from './prove-command.ts'
import { uvAsks } from './uv-settings.ts'

/** Sets up pip: one line in its own configuration, and our `keyring` on PATH. */
export const pipSetup: Setup = {
  async plan(machine, options): Promise<Plan> {
    const pip = pipOf(machine)
    const { changes, remarks } = await planCommand(machine, await callerOf(machine, pip), options)
    const own = await setting(machine, pip)
    const advice = 'pip before 26.2 asks only where the address of the index names a user: https://USER@host/simple/'
    return { changes: [...changes, ...own], remarks: [...remarks, ...remarksOn(machine), advice] }
  },

  async undo(machine): Promise<Plan> {
    const pip = pipOf(machine)
    const own = await unsetting(machine, pip)
    return { changes: [...own, ...undoCommand(machine, uvAsks(machine))], remarks: [] }
  },

  prove: async (machine) => proveCommand(machine, await callerOf(machine, pipOf(machine))),

  async check(machine): Promise<readonly DoctorLine[]> {
    const pip = program(machine)
    if (pip === undefined) return skippedAsAbsent('pip')
    if (!(await pipAsks(machine)))
      return [{ state: 'note', says: 'pip does not ask credbridge', fix: hint`credbridge setup pip` }]
    return [
      { state: 'ok', says: 'pip asks a keyring' },
      await checkCommand(machine, await callerOf(machine, pip)),
      ...remarksOn(machine).map((says) => ({ state: 'note' as const, says })),
    ]
  },
}

function remarksOn(machine: Machine): readonly string[] {
  return [...overruled(machine, 'PIP_KEYRING_PROVIDER', wanted), ...netrc(machine)]
}

function pipOf(machine: Machine): Program {
  const pip = program(machine)
  if (pip !== undefined) return pip
  throw notInstalled('pip', hint`for uv: credbridge setup uv`)
}
