import { isAbsolute } from 'node:path'
import type { World } from '../../tool.ts'

/** The addresses that twine means by `[pypi]` and `[testpypi]` where the file names none; nothing without twine. */
export async function repositoriesOfTwine(world: World): Promise<Readonly<Record<string, string>>> {
  for (const python of pythonsOf(world)) {
    const ran = await world.run(python, ['-c', naming], { limit: 60_000 }).catch(() => undefined)
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

/** The one that runs twine, as the first line of its script says; else the one on PATH. */
function pythonsOf(world: World): readonly string[] {
  const twine = world.program('twine')
  const script = twine === undefined ? '' : (world.files.readStrange(twine) ?? '')
  const named = /^#!(\S+)$/m.exec(script.slice(0, script.indexOf('\n')))?.[1] ?? ''
  return [named, world.program('python3') ?? '', world.program('python') ?? ''].filter(isAbsolute)
}
