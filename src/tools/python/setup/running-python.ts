import { Failure } from '../../../core/failure.ts'
import { hint, saidBy } from '../../../core/hint.ts'
import { throwAwayWord } from '../../throw-away.ts'
import type { Machine } from '../../tool.ts'
import { ourBackend } from '../names.ts'
import { configFile } from '../places.ts'

/*
 * Questions about the keyring package that only Python can answer: whether it uses our class, and its other backends.
 */

/** Saves, finds and removes a throw-away password with the keyring package of the Python on PATH. */
export async function provePython(machine: Machine): Promise<string> {
  const python = pythonOf(machine)
  if (python === undefined) return 'there is no python on PATH; programs that bring their own will use credbridge'
  const used = await keyringOf(machine, python)
  if (used === undefined) return 'this Python has no keyring package; those that have one will use credbridge'
  if (used.backend !== ourBackend) throw usesAnother(machine, python, used)
  const service = `try-${throwAwayWord()}`
  const ran = await machine.run(python, ['-c', proof, service], { limit: 60_000 })
  if (ran.exitCode === 0) return ran.stdout.trim()
  const last = ran.stderr.trimEnd().split('\n').at(-1) ?? ''
  throw new Failure('internal', 'Python did not find the password that it had saved', {
    hints: [saidBy('Python', last)],
  })
}

/** Its argument is the service. */
const proof = `
import sys, keyring
service = sys.argv[1]
keyring.set_password(service, "try-out", "throw-away")
found = keyring.get_password(service, "try-out")
keyring.delete_password(service, "try-out")
assert found == "throw-away", "another password was found"
print("Python's keyring kept a throw-away password, found it again and forgot it")
`

/**
 * Why the keyring package of the Python on PATH does not use our class; `undefined` if it does, or if there is no
 * package.
 */
export async function faultOfPython(machine: Machine): Promise<Failure | undefined> {
  const python = pythonOf(machine)
  const used = python === undefined ? undefined : await keyringOf(machine, python)
  if (python === undefined || used === undefined || used.backend === ourBackend) return undefined
  return usesAnother(machine, python, used)
}

interface KeyringPackage {
  readonly version: string
  /** The class that it uses. */
  readonly backend: string
}

async function keyringOf(machine: Machine, python: string): Promise<KeyringPackage | undefined> {
  const ran = await machine.run(python, ['-c', usage], { limit: 60_000 })
  const [version = '', backend = ''] = ran.stdout.trim().split(' ')
  return ran.exitCode === 0 && backend !== '' ? { version, backend } : undefined
}

const usage = `
import sys
try:
    import keyring
except ImportError:
    sys.exit()
try:
    from importlib.metadata import version
except ImportError:
    version = lambda name: "?"
used = type(keyring.get_keyring())
print(version("keyring"), "%s.%s" % (used.__module__, used.__name__))
`

/** Before 21.3 keyring reads its settings from another folder, unless XDG_CONFIG_HOME is set. */
function usesAnother(machine: Machine, python: string, { version, backend }: KeyringPackage): Failure {
  const isOld = /^(1?\d|20|21\.[0-2])\./.test(version)
  const why = isOld ? `: before 21.3 it does not read ${configFile(machine)}` : ''
  const overruled = machine.env['PYTHON_KEYRING_BACKEND'] === undefined ? [] : [hint`unset PYTHON_KEYRING_BACKEND`]
  return new Failure('unavailable', `keyring ${version} of ${python} uses ${backend}${why}`, {
    hints: isOld ? [hint`${python} -m pip install --upgrade keyring`] : overruled,
  })
}

/** A line about the other packages' backends that our class also asks; empty if there are none. */
export async function otherBackends(machine: Machine, shipped: string): Promise<readonly string[]> {
  const python = pythonOf(machine)
  if (python === undefined) return []
  const ran = await machine.run(python, ['-c', listing], { input: shipped, limit: 60_000 })
  const names = ran.exitCode === 0 ? ran.stdout.trim() : ''
  return names === '' ? [] : [`for what credbridge does not have, the keyring of ${python} asks ${names}`]
}

const listing = `
import sys
try:
    import keyring
except ImportError:
    sys.exit()
module = {"__name__": "credbridge_keyring"}
exec(sys.stdin.read(), module)
print(", ".join("%s.%s" % (type(it).__module__, type(it).__name__) for it in module["others"]()))
`

/** Programs that may bring a Python of their own. */
const bringers = ['uv', 'pipx', 'twine', 'poetry', 'hatch', 'conda', 'pyflyte', 'keyring']

export function isInstalled(machine: Machine): boolean {
  return pythonOf(machine) !== undefined || bringers.some((program) => machine.program(program) !== undefined)
}

function pythonOf(machine: Machine): string | undefined {
  return machine.program('python3') ?? machine.program('python')
}
