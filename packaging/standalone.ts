import { chmodSync, copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildByBun } from './bun.ts'
import { writeInventory } from './inventory.ts'
import { buildNative, isNative } from './native.ts'
import { commands, manifest, root } from './project.ts'
import { ship } from './ship.ts'
import { type Target, targetNamed } from './targets.ts'
import { buildForWindows, placeLaunchers } from './windows.ts'

/** The build folder of a platform's executable and its files. */
export function standaloneFolder(target: Target): string {
  const own = target === targetNamed(undefined)
  return join(root, 'build', own ? 'standalone' : `standalone-${target.name}`)
}

/**
 * Builds the standalone executable of a platform and its files. The folder can be used as it is, and is also the
 * platform's npm package.
 */
export async function buildStandalone(target: Target, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const executable = target.os === 'win32' ? 'credbridge.exe' : 'credbridge'
  const works = await (isNative(target)
    ? buildNative(join(folder, executable))
    : buildByBun(target, folder, executable))
  chmodSync(join(folder, executable), 0o755)
  const others = commands.filter((command) => command !== manifest.name)
  if (target.os === 'win32') {
    buildForWindows(folder)
    placeLaunchers(folder, others)
  } else for (const command of others) symlinkSync(executable, join(folder, command))

  writeInventory(folder, packageName(target), works)
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  await ship(folder)
  const fileOf = (command: string) => (target.os === 'win32' ? `${command}.exe` : executable)
  const bin = Object.fromEntries([manifest.name, ...others].map((command) => [command, fileOf(command)]))
  writeFileSync(join(folder, 'package.json'), packageText(target, bin))
  writeFileSync(join(folder, 'README.md'), readme(target))
}

/** The name of the package for a platform. */
export function packageName(target: Target): string {
  return `@${manifest.name}/${target.name}`
}

function packageText(target: Target, bin: Readonly<Record<string, string>>): string {
  const { version, license } = manifest
  return `${JSON.stringify(
    {
      name: packageName(target),
      version,
      description: `The standalone executable of credbridge for ${target.name}`,
      license,
      os: [target.os],
      cpu: [target.cpu],
      ...(target.libc === undefined ? {} : { libc: [target.libc] }),
      bin,
      preferUnplugged: true,
    },
    undefined,
    2,
  )}\n`
}

function readme(target: Target): string {
  return `# ${packageName(target)}

The standalone executable of credbridge for ${target.name}. It does not need Node. npm installs it together with
credbridge, as an optional dependency, and \`credbridge setup\` prefers it. Installed alone it is a complete credbridge.
`
}
