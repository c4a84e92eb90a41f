import { join } from 'node:path'
import { Failure } from '../../../core/failure.ts'
import { type Hint, hint } from '../../../core/hint.ts'
import { withoutBlock } from '../../block.ts'
import { notInstalled, skippedAsAbsent } from '../../installed.ts'
import type { Change, DoctorLine, Machine, Plan, Setup } from '../../tool.ts'
import { ourBackend } from '../names.ts'
import { configFile } from '../places.ts'
import { namesUs, naming, textOf } from './keyringrc.ts'
import { ourCommand } from './keyrings.ts'
import { overruled } from './overruled.ts'
import { faultOfPython, isInstalled, otherBackends, provePython } from './running-python.ts'

const module = 'credbridge_keyring.py'

/**
 * Sets up Python's keyring: its own configuration, and our class. The class has a folder of its own, because Python
 * searches that folder for all modules first.
 */
export const pythonSetup: Setup = {
  async plan(machine): Promise<Plan> {
    if (!isInstalled(machine)) throw notInstalled('Python')
    const changes: Change[] = []
    const text = moduleText(machine)
    if (machine.files.read(moduleFile(machine)) !== text) {
      const says = `python: ${moduleFile(machine)} asks ${ourCommand(machine)}`
      changes.push({ says, apply: () => machine.files.write(moduleFile(machine), text) })
    }
    const after = naming(machine)
    if (textOf(machine) !== after) {
      const says = `python: ${configFile(machine)} names ${ourBackend}`
      changes.push({ says, apply: () => machine.files.write(configFile(machine), after) })
    }
    return { changes, remarks: await remarksOn(machine) }
  },

  async undo(machine): Promise<Plan> {
    const changes: Change[] = []
    if (namesUs(machine)) {
      const after = withoutBlock(textOf(machine))
      const put = () =>
        after === '' ? machine.files.remove(configFile(machine)) : machine.files.write(configFile(machine), after)
      changes.push({ says: `python: ${configFile(machine)} no longer names ${ourBackend}`, apply: put })
    }
    if (machine.files.exists(moduleFile(machine))) {
      const says = `python: remove ${moduleFile(machine)}`
      changes.push({ says, apply: () => machine.files.remove(moduleFile(machine)) })
    }
    return { changes, remarks: [] }
  },

  prove: provePython,

  async check(machine): Promise<readonly DoctorLine[]> {
    if (!namesUs(machine)) {
      if (!isInstalled(machine)) return skippedAsAbsent('Python')
      const says = "Python's keyring does not ask credbridge"
      return [{ state: 'note', says, fix: hint`credbridge setup python` }]
    }
    if (machine.files.read(moduleFile(machine)) !== moduleText(machine)) {
      const says = `${moduleFile(machine)} is not of this credbridge`
      return [{ state: 'wrong', says, fix: hint`credbridge setup python` }]
    }
    const fault = await faultOfPython(machine)
    return [
      { state: 'ok', says: `Python's keyring asks credbridge` },
      ...(fault === undefined ? [] : [{ state: 'wrong' as const, says: fault.message, ...fixOf(fault) }]),
      ...(await remarksOn(machine)).map((says) => ({ state: 'note' as const, says })),
    ]
  },
}

function fixOf({ hints: [fix] }: Failure): { readonly fix?: Hint } {
  return fix === undefined ? {} : { fix }
}

function moduleFile(machine: Machine): string {
  return join(machine.folders.data, 'python', module)
}

function moduleText(machine: Machine): string {
  return shippedModule(machine).replace(/^COMMAND = None$/m, () => `COMMAND = ${JSON.stringify(ourCommand(machine))}`)
}

function shippedModule(machine: Machine): string {
  const text = machine.shippedFile(join('python', module))
  if (text !== undefined) return text
  throw new Failure('unavailable', `${module} is missing beside our commands`, {
    hints: [hint`install credbridge again`],
  })
}

async function remarksOn(machine: Machine): Promise<readonly string[]> {
  return [
    ...overruled(machine, 'PYTHON_KEYRING_BACKEND', ourBackend),
    ...(await otherBackends(machine, shippedModule(machine))),
  ]
}
