import { type Hint, hint, joinHints } from '../../../core/hint.ts'
import type { Machine } from '../../tool.ts'
import { ourBackend } from '../names.ts'
import { namesUs } from './keyringrc.ts'

/* A `keyring` command that is not ours. It may be that of Python's keyring and ask credbridge. */

/** Whether it answers all requests of pip and uv from credbridge. */
export async function answersFromUs(machine: Machine, path: string): Promise<boolean> {
  return namesUs(machine) && !isOverruled(machine) && (await isNewEnough(machine, path))
}

/** Commands that make a tool ask credbridge in spite of this keyring. */
export async function waysPast(
  machine: Machine,
  tool: string,
  path: string,
  hasFolderBefore: boolean,
): Promise<readonly Hint[]> {
  const all = (...steps: readonly Hint[]) => joinHints(steps, ' && ')
  const freely = isOverruled(machine) ? [hint`unset PYTHON_KEYRING_BACKEND`] : []
  return [
    ...((await isNewEnough(machine, path))
      ? [all(...freely, hint`credbridge setup python`, hint`credbridge setup ${tool}`)]
      : []),
    all(...(hasFolderBefore ? [] : [ownFolderFirst]), hint`credbridge setup ${tool} --before-others`),
  ]
}

/** Creates a folder of the user's own at the start of PATH. */
export const ownFolderFirst = hint`mkdir -p ~/.local/bin && export PATH="$HOME/.local/bin:$PATH"`

function isOverruled({ env }: Machine): boolean {
  return (env['PYTHON_KEYRING_BACKEND'] ?? ourBackend) !== ourBackend
}

/** Since 25.2 it finds passwords without a user name, and returns both as JSON. */
async function isNewEnough(machine: Machine, path: string): Promise<boolean> {
  const help = await machine.run(path, ['--help'], { limit: 60_000 }).catch(() => ({ stdout: '' }))
  return ['--mode', '--output'].every((option) => help.stdout.includes(option))
}
