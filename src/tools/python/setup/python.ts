import { join } from 'node:path'
import { Failure } from '../../../core/failure.ts'
import type { Change, Finding, Plan, Setup, World } from '../../tool.ts'
import { ourBackend } from '../names.ts'
import { configFile } from '../places.ts'
import { readIni } from '../plain/ini.ts'
import { blockIn, withBlock, withoutBlock } from './block.ts'
import { ourCommand } from './command.ts'
import { overruled } from './overruled.ts'

const module = 'credbridge_keyring.py'

/**
 * Python's own configuration of keyring: which backend every program uses that imports it, and the folder in which our
 * class lies. The folder holds nothing else, because Python looks there for modules first.
 */
export const pythonSetup: Setup = {
  async plan(world): Promise<Plan> {
    const changes: Change[] = []
    const text = moduleText(world)
    if (world.files.read(moduleFile(world)) !== text) {
      const says = `python: ${moduleFile(world)} asks ${ourCommand(world)}`
      changes.push({ says, apply: () => world.files.write(moduleFile(world), text) })
    }
    const before = world.files.read(configFile(world)) ?? ''
    const after = configured(withoutBlock(before), join(world.places.data, 'python'))
    if (before !== after) {
      const says = `python: ${configFile(world)} names ${ourBackend}`
      changes.push({ says, apply: () => world.files.write(configFile(world), after) })
    }
    return { changes, remarks: remarksOn(world) }
  },

  async undo(world): Promise<Plan> {
    const changes: Change[] = []
    const before = world.files.read(configFile(world)) ?? ''
    if (blockIn(before) !== undefined) {
      const after = withoutBlock(before)
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

  async prove(world): Promise<string> {
    const python = world.program('python3') ?? world.program('python')
    if (python === undefined) return 'there is no python on PATH; programs that bring their own will use credbridge'
    const ran = await world.run(python, ['-c', proof, `try-${Math.random().toString(36).slice(2)}`], { limit: 60_000 })
    if (ran.exitCode === 0) return ran.stdout.trim()
    const last = ran.stderr.trimEnd().split('\n').at(-1) ?? ''
    throw new Failure('internal', 'Python did not find again what it had kept', { hints: [`Python says: ${last}`] })
  },

  async check(world): Promise<readonly Finding[]> {
    if (blockIn(world.files.read(configFile(world)) ?? '') === undefined) {
      const says = "Python's keyring does not ask credbridge"
      return [{ state: 'note', says, fix: 'credbridge setup python' }]
    }
    if (world.files.read(moduleFile(world)) !== moduleText(world)) {
      const says = `${moduleFile(world)} is not of this credbridge`
      return [{ state: 'wrong', says, fix: 'credbridge setup python' }]
    }
    return [
      { state: 'ok', says: "Python's keyring asks credbridge" },
      ...remarksOn(world).map((says) => ({ state: 'note' as const, says })),
    ]
  },
}

/** Says on standard output what happened; the service is its only word. */
const proof = `
import sys
try:
    import keyring
except ImportError:
    sys.exit(print("this Python has no keyring package; those that have one will use credbridge"))
service, name = sys.argv[1], type(keyring.get_keyring()).__module__
keyring.set_password(service, "try-out", "throw-away")
found = keyring.get_password(service, "try-out")
keyring.delete_password(service, "try-out")
assert name == "credbridge_keyring", "it uses " + name
assert found == "throw-away", "another password was found"
print("Python's keyring kept a throw-away password, found it again and forgot it")
`

function moduleFile(world: World): string {
  return join(world.places.data, 'python', module)
}

function moduleText(world: World): string {
  const text = world.shipped(join('python', module))
  if (text === undefined) {
    throw new Failure('unavailable', `${module} is missing beside our commands`, {
      hints: ['install credbridge again'],
    })
  }
  return text.replace(/^COMMAND = None$/m, () => `COMMAND = ${JSON.stringify(ourCommand(world))}`)
}

/** Our block right behind the header of `[backend]`, or with a header of its own at the end. */
function configured(text: string, folder: string): string {
  const lines = text.split('\n')
  const header = lines.findIndex((line) => /^\[(.+)\]/.exec(line.trim())?.[1] === 'backend')
  const ours = [`default-keyring=${ourBackend}`, `keyring-path=${folder}`]
  const last = text === '' || text.endsWith('\n') ? lines.length - 1 : lines.length
  if (header < 0) return withBlock(text, last, ['[backend]', ...ours], () => false)
  const theirs = readIni(text).filter(
    ({ section, name }) => section === 'backend' && ['default-keyring', 'keyring-path'].includes(name),
  )
  return withBlock(text, header + 1, ours, (_, index) => theirs.some(({ from, to }) => index >= from && index < to))
}

function remarksOn(world: World): readonly string[] {
  return overruled(world, 'PYTHON_KEYRING_BACKEND', ourBackend)
}
