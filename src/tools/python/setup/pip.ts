import { join } from 'node:path'
import { Failure } from '../../../core/failure.ts'
import { hint, linesSaidBy } from '../../../core/hint.ts'
import { notInstalled, skippedAsAbsent } from '../../installed.ts'
import type { Change, DoctorLine, Machine, Plan, Setup } from '../../tool.ts'
import { checkCommand, planCommand, undoCommand } from './command.ts'
import { netrc, overruled } from './overruled.ts'
import { callerOf, config, key, type Program, pipAsks, program, provider, wanted } from './pip-config.ts'
import { proveCommand } from './prove-command.ts'
import { uvAsks } from './uv-settings.ts'

/** Sets up pip: its own configuration, through `pip config`, and our `keyring` on PATH. */
export const pipSetup: Setup = {
  async plan(machine, options): Promise<Plan> {
    const pip = pipOf(machine)
    const { changes, remarks } = await planCommand(machine, await callerOf(machine, pip), options)
    const before = await provider(machine, pip)
    const own = before === wanted ? [] : [setting(machine, pip, before)]
    const advice = 'pip before 26.2 asks only where the address of the index names a user: https://USER@host/simple/'
    return { changes: [...changes, ...own], remarks: [...remarks, ...remarksOn(machine), advice] }
  },

  async undo(machine): Promise<Plan> {
    const pip = pipOf(machine)
    const before = machine.files.read(memory(machine))
    const changes = before === undefined ? [] : [unsetting(machine, pip, before.trim())]
    return { changes: [...changes, ...undoCommand(machine, uvAsks(machine))], remarks: [] }
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

/** Stores the former value, so that undo can restore it. */
function setting(machine: Machine, pip: Program, before: string): Change {
  const was = before === '' ? '' : ` (was ${before})`
  return {
    says: `pip: ${key} is ${wanted}${was}`,
    async apply() {
      machine.files.write(memory(machine), `${before}\n`)
      await mustSucceed(config(machine, pip, 'set', key, wanted))
    },
  }
}

function unsetting(machine: Machine, pip: Program, before: string): Change {
  return {
    says: before === '' ? `pip: ${key} is not set` : `pip: ${key} is ${before}`,
    async apply() {
      if ((await provider(machine, pip)) === wanted)
        await mustSucceed(before === '' ? config(machine, pip, 'unset', key) : config(machine, pip, 'set', key, before))
      machine.files.remove(memory(machine))
    },
  }
}

async function mustSucceed(running: ReturnType<typeof config>): Promise<void> {
  const { exitCode, stderr } = await running
  if (exitCode === 0) return
  throw new Failure('refused', 'pip did not accept the configuration', {
    hints: linesSaidBy('pip', stderr),
  })
}

function memory({ folders: places }: Machine): string {
  return join(places.state, 'pip-keyring-provider')
}
