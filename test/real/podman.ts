import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { programOnPath } from './require.ts'

/**
 * A real podman in this folder, for root: without a network, without groups of resources, which not every machine has, and
 * with limits that a container may have everywhere. Returns what to add to the environment, and the folder for PATH.
 */
export function installPodman(folder: string): { readonly path: string; readonly env: Record<string, string> } {
  const place = (name: string) => join(folder, name)
  mkdirSync(folder)
  writeFileSync(
    place('containers.conf'),
    `[containers]
netns = "none"
cgroups = "disabled"
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "${place('tmp')}"
`,
  )
  const storage = `[storage]\ndriver = "vfs"\ngraphroot = "${place('images')}"\nrunroot = "${place('run')}"\n`
  writeFileSync(place('storage.conf'), storage)
  mkdirSync(place('bin'))
  // crun refuses a machine that has both versions of control groups, also where it is to use none.
  const hidden = 'mount -t tmpfs none /sys/fs/cgroup && exec "$@"'
  const program = `#!/bin/sh\nexec unshare --mount sh -c '${hidden}' sh ${programOnPath('podman')} "$@"\n`
  writeFileSync(place('bin/podman'), program)
  chmodSync(place('bin/podman'), 0o755)
  return {
    path: place('bin'),
    env: { CONTAINERS_CONF: place('containers.conf'), CONTAINERS_STORAGE_CONF: place('storage.conf') },
  }
}

/** Makes a folder the root of a small system that has these programs of this machine, and their libraries. */
export function rootFolder(folder: string, programs: readonly string[]): void {
  for (const name of ['bin', 'etc', 'root', 'run', 'tmp', 'usr/bin', 'usr/local/bin'])
    mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'etc', 'passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
  for (const name of programs) {
    const file = programOnPath(name)
    if (file === undefined) throw new Error(`${name} is not on PATH`)
    copyFileSync(realpathSync(file), join(folder, 'bin', name))
    copyLibraries(file, folder)
  }
}

/** The libraries that a program needs, at their own paths. */
export function copyLibraries(file: string, folder: string): void {
  const needed = execFileSync('ldd', [file], { encoding: 'utf8' }).match(/\/\S+/g) ?? []
  for (const library of needed.filter((path) => !existsSync(join(folder, path)))) {
    mkdirSync(dirname(join(folder, library)), { recursive: true })
    copyFileSync(library, join(folder, library))
  }
}
