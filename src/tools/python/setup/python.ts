import { join } from 'node:path'
import { Failure } from '../../../core/failure.ts'
import { type Hint, hint } from '../../../core/hint.ts'
import type { Change, Finding, Plan, Setup, World } from '../../tool.ts'
import { ourBackend } from '../names.ts'
import { configFile } from '../places.ts'
import { withoutBlock } from './block.ts'
import { namesUs, naming, textOf } from './keyringrc.ts'
import { ourCommand } from './keyrings.ts'
import { overruled } from './overruled.ts'
import { faultOfPython, otherBackends, provePython } from './running-python.ts'

const module = 'credbridge_keyring.py'

/** Python's own configuration of keyring, and our class in a folder that holds nothing else: Python looks there for modules first. */
export const pythonSetup: Setup = {
  async plan(world): Promise<Plan> {
    const changes: Change[] = []
    const text = moduleText(world)
    if (world.files.read(moduleFile(world)) !== text) {
      const says = `python: ${moduleFile(world)} asks ${ourCommand(world)}`
      changes.push({ says, apply: () => world.files.write(moduleFile(world), text) })
    }
    const after = naming(world)
    if (textOf(world) !== after) {
      const says = `python: ${configFile(world)} names ${ourBackend}`
      changes.push({ says, apply: () => world.files.write(configFile(world), after) })
    }
    return { changes, remarks: await remarksOn(world) }
  },

  async undo(world): Promise<Plan> {
    const changes: Change[] = []
    if (namesUs(world)) {
      const after = withoutBlock(textOf(world))
      const put = () =>
        after === '' ? world.files.remove(configFile(world)) : world.files.write(configFile(world), after)
      changes.push({ says: `python: ${configFile(world)} no longer names ${ourBackend}`, apply: put })
    }
    if (world.files.exists(moduleFile(world))) {
      const says = `python: remove ${moduleFile(world)}`
      changes.push({ says, apply: () => world.files.remove(moduleFile(world)) })
    }
    return { changes, remarks: [] }
  },

  prove: provePython,

  async check(world): Promise<readonly Finding[]> {
    if (!namesUs(world)) {
      const says = "Python's keyring does not ask credbridge"
      return [{ state: 'note', says, fix: hint`credbridge setup python` }]
    }
    if (world.files.read(moduleFile(world)) !== moduleText(world)) {
      const says = `${moduleFile(world)} is not of this credbridge`
      return [{ state: 'wrong', says, fix: hint`credbridge setup python` }]
    }
    const fault = await faultOfPython(world)
    return [
      { state: 'ok', says: `Python's keyring asks credbridge` },
      ...(fault === undefined ? [] : [{ state: 'wrong' as const, says: fault.message, ...fixOf(fault) }]),
      ...(await remarksOn(world)).map((says) => ({ state: 'note' as const, says })),
    ]
  },
}

function fixOf({ hints: [fix] }: Failure): { readonly fix?: Hint } {
  return fix === undefined ? {} : { fix }
}

function moduleFile(world: World): string {
  return join(world.places.data, 'python', module)
}

function moduleText(world: World): string {
  return shippedModule(world).replace(/^COMMAND = None$/m, () => `COMMAND = ${JSON.stringify(ourCommand(world))}`)
}

function shippedModule(world: World): string {
  const text = world.shipped(join('python', module))
  if (text !== undefined) return text
  throw new Failure('unavailable', `${module} is missing beside our commands`, {
    hints: [hint`install credbridge again`],
  })
}

async function remarksOn(world: World): Promise<readonly string[]> {
  return [
    ...overruled(world, 'PYTHON_KEYRING_BACKEND', ourBackend),
    ...(await otherBackends(world, shippedModule(world))),
  ]
}
