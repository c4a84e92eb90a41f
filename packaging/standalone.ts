import { chmodSync, copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildByBun } from './bun.ts'
import { writeInventory } from './inventory.ts'
import { buildNative, isNative } from './native.ts'
import { commands, manifest, root } from './project.ts'
import { ship } from './ship.ts'
import { type Target, targetNamed } from './targets.ts'

/** Where the executable of a platform and all that belongs to it is built. */
export function standaloneFolder(target: Target): string {
  const own = target === targetNamed(undefined)
  return join(root, 'build', own ? 'standalone' : `standalone-${target.name}`)
}

/**
 * Builds the standalone executable of a platform, with all that belongs beside it, into a folder that can be run as it
 * is, and that is the platform's package for npm at the same time.
 */
export async function buildStandalone(target: Target, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const executable = target.os === 'win32' ? 'credbridge.exe' : 'credbridge'
  const works = await (isNative(target)
    ? buildNative(join(folder, executable))
    : buildByBun(target, folder, executable))
  chmodSync(join(folder, executable), 0o755)
  // A link of Windows' own needs rights there; the first word says the command then.
  const links = target.os === 'win32' ? [] : commands.filter((command) => command !== executable)
  for (const command of links) symlinkSync(executable, join(folder, command))

  writeInventory(folder, packageName(target), works)
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  await ship(folder)
  const bin = Object.fromEntries(['credbridge', ...links].map((command) => [command, executable]))
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

The standalone executable of credbridge for ${target.name}. It needs no Node. credbridge installs it along where npm may
install optional dependencies; \`credbridge setup\` then prefers it. Installed by itself it is all of credbridge.
`
}
