import { isAbsolute } from 'node:path'
import type { Machine } from '../../tool.ts'

/** twine's default addresses for `[pypi]` and `[testpypi]`; empty without twine. */
export async function repositoriesOfTwine(machine: Machine): Promise<Readonly<Record<string, string>>> {
  for (const python of pythonsOf(machine)) {
    const ran = await machine.run(python, ['-c', naming], { limit: 60_000 }).catch(() => undefined)
    const [pypi, testpypi] = ran?.exitCode === 0 ? ran.stdout.split(/\r?\n/) : []
    if (pypi !== undefined && testpypi !== undefined) return { pypi, testpypi }
  }
  return {}
}

/** twine/utils.py, get_config. */
const naming = `
from twine import utils
print(utils.DEFAULT_REPOSITORY)
print(utils.TEST_REPOSITORY)
`

/** The Python that runs twine, from the first line of its script; else the one on PATH. */
function pythonsOf(machine: Machine): readonly string[] {
  const twine = machine.program('twine')
  const script = twine === undefined ? '' : (machine.files.readUntrusted(twine) ?? '')
  const named = /^#!(\S+)$/m.exec(script.slice(0, script.indexOf('\n')))?.[1] ?? ''
  return [named, machine.program('python3') ?? '', machine.program('python') ?? ''].filter(isAbsolute)
}
