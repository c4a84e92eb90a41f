import { dirname, join, resolve } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { settingsInManifest, workspacePatterns } from '../guard/manifest.ts'
import { type ProjectFile, projectFile, projectFiles } from '../guard/project-files.ts'
import type { ProjectSetting } from '../guard/setting.ts'
import { manifestsIn } from '../guard/tarball.ts'
import { workspaceFolders } from '../guard/workspaces.ts'
import type { LauncherMachine } from '../tool.ts'

/*
 * `publishConfig` in a manifest may contain any npm setting, and takes precedence over the person's own. So every
 * manifest that a call may publish is checked: the project's, those of its workspaces, of a folder and of an archive.
 */

/** The `publishConfig` of the manifests that the call may publish. `what`: the arguments after the command. */
export async function publishSettings(machine: LauncherMachine, words: readonly string[], what: readonly string[]) {
  const found = [...projectManifests(machine, words)]
  for (const word of what) found.push(...(await manifestsOf(machine, word)))
  return found.flatMap(publishConfig)
}

/** The manifests in the working directory and above, and of all the workspaces that they name. */
export function projectManifests(machine: LauncherMachine, words: readonly string[]): readonly ProjectFile[] {
  const nearest = projectFiles(machine, 'package.json', [], words)
  return [
    ...nearest,
    ...nearest.flatMap((file) => {
      const folders = workspaceFolders(machine, dirname(file.file), workspacePatterns(file))
      return folders.flatMap((folder) => projectFile(machine, join(folder, 'package.json')) ?? [])
    }),
  ]
}

/** Its settings, and the registries that it names besides the default one. */
export function publishConfig(file: ProjectFile): readonly ProjectSetting[] {
  return settingsInManifest(file, ['publishConfig']).flatMap((setting) => {
    const { name = '' } = setting
    const key = name === 'registry' ? '@:registry' : name
    return [setting, ...(key.startsWith('@') ? [{ ...setting, key, name: key }] : [])]
  })
}

async function manifestsOf(machine: LauncherMachine, word: string): Promise<readonly ProjectFile[]> {
  const path = localPath(machine, word)
  if (path === undefined) {
    throw new Failure('refused', 'cannot check what npm would fetch and publish', {
      hints: [hint`publish a folder or an archive on this machine`],
    })
  }
  const bytes = /\.(tgz|tar\.gz|tar)$/i.test(path) ? machine.files.bytes(path) : undefined
  if (bytes !== undefined) return (await manifestsIn(path, bytes)).map((text) => ({ file: path, text }))
  const file = projectFile(machine, join(path, 'package.json'))
  if (file !== undefined || !machine.files.exists(join(path, 'index.js'))) return file === undefined ? [] : [file]
  throw new Failure(
    'refused',
    `there is no package.json in ${path}, and npm may take a comment in its index.js for one`,
  )
}

/** As npm-package-arg recognises a path; `name@` and `file:` may precede it. */
function localPath({ workingFolder: folder, home }: LauncherMachine, word: string): string | undefined {
  const at = word.indexOf('@', 1)
  const spec = [word, ...(at > 0 ? [word.slice(at + 1)] : [])].map((one) => one.replace(/^file:/i, ''))
  const path = spec.find((one) => /^(\.|~\/|\/)/.test(one) || /^[^/:@]+\.(tgz|tar\.gz|tar)$/i.test(one))
  if (path === undefined) return undefined
  return path.startsWith('~/') ? join(home, path.slice(2)) : resolve(folder, path)
}
