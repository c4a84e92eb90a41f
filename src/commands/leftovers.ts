import type { Machine } from '../system/machine.ts'
import type { Tool } from '../tools/tool.ts'

/*
 * An import rewrites files that hold secrets. If it is killed, a temporary file with those secrets stays beside the file.
 */

/** The machine whose `read` also removes the leftovers beside the file. */
export function removingLeftovers(machine: Machine): Machine {
  const { files } = machine
  const read = (path: string) => {
    files.removeLeftovers(path)
    return files.read(path)
  }
  return { ...machine, files: { ...files, read } }
}

/** The machine on which an import can look and do nothing else. */
export function lookingOnly(machine: Machine): Machine {
  const run = async () => ({ stdout: '', stderr: '', exitCode: 1 })
  return { ...machine, run, files: { ...machine.files, write() {} } }
}

/** Removes the leftovers beside all files in which an import would look. Starts no program and writes nothing. */
export async function removeToolLeftovers(machine: Machine, tools: readonly Tool[]): Promise<void> {
  const removing = removingLeftovers(lookingOnly(machine))
  for (const { plainSecrets } of tools) {
    // What the file itself lacks is for import to say.
    await (await plainSecrets?.())?.find(removing, {}).catch(() => undefined)
  }
}
