import { Failure } from '../../../core/failure.ts'
import { hint } from '../../../core/hint.ts'
import { blockIn, withoutBlock } from '../../block.ts'
import { installedProgram, skippedAsAbsent } from '../../installed.ts'
import type { Change, DoctorLine, Machine, Plan, Setup } from '../../tool.ts'
import { checkCommand, planCommand, undoCommand } from './command.ts'
import type { Caller } from './keyrings.ts'
import { netrc, overruled } from './overruled.ts'
import { pipAsks } from './pip-config.ts'
import { proveCommand } from './prove-command.ts'
import { asking, asks, line, settingsOf, uvAsks } from './uv-settings.ts'

const caller: Caller = { name: 'uv' }

/** Sets up uv: one key before the first table of its own settings file, and our `keyring` on PATH. */
export const uvSetup: Setup = {
  async plan(machine, options): Promise<Plan> {
    installedProgram(machine, 'uv')
    const { changes, remarks } = await planCommand(machine, caller, options)
    const text = machine.files.read(settingsOf(machine)) ?? ''
    const advice = 'uv asks without a user name only if the index has `authenticate = "always"`'
    const own = asks(text) === true ? [] : [writing(machine, changed(machine, text))]
    return { changes: [...changes, ...own], remarks: [...remarks, ...remarksOn(machine), advice] }
  },

  async undo(machine): Promise<Plan> {
    const text = machine.files.read(settingsOf(machine)) ?? ''
    const changes = blockIn(text) === undefined ? [] : [writing(machine, withoutBlock(text))]
    return { changes: [...changes, ...undoCommand(machine, await pipAsks(machine))], remarks: [] }
  },

  prove: (machine) => proveCommand(machine, caller),

  async check(machine): Promise<readonly DoctorLine[]> {
    if (!uvAsks(machine) && machine.program('uv') === undefined) return skippedAsAbsent('uv')
    if (!uvAsks(machine)) return [{ state: 'note', says: 'uv does not ask credbridge', fix: hint`credbridge setup uv` }]
    return [
      { state: 'ok', says: 'uv asks a keyring' },
      await checkCommand(machine, caller),
      ...remarksOn(machine).map((says) => ({ state: 'note' as const, says })),
    ]
  },
}

function remarksOn(machine: Machine): readonly string[] {
  return [...overruled(machine, 'UV_KEYRING_PROVIDER', 'subprocess'), ...netrc(machine)]
}

function changed(machine: Machine, text: string): string {
  const file = settingsOf(machine)
  const hints = [hint`add this line yourself: keyring-provider = "subprocess"`]
  if (asks(text) === undefined) throw new Failure('malformed', `${file} is not TOML`, { hints: [hint`fix it first`] })
  const after = asking(text)
  if (asks(after) === true) return after
  throw new Failure('refused', `cannot comment out keyring-provider in ${file}`, { hints })
}

function writing(machine: Machine, text: string): Change {
  const file = settingsOf(machine)
  const says = blockIn(text) === undefined ? `uv: ${file} no longer says ${line}` : `uv: ${file} says ${line}`
  return { says, apply: () => (text === '' ? machine.files.remove(file) : machine.files.write(file, text)) }
}
