import { chmodSync, copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundledPackages, packageIn } from './bundled.ts'
import { compile } from './compile.ts'
import { commands, root } from './project.ts'
import { addonFor, runtimeNotice } from './runtime.ts'
import { ship } from './ship.ts'
import { type Target, targetNamed } from './targets.ts'
import { thirdPartyNotices } from './third-party.ts'

/** Builds the standalone executable of a platform, with all that belongs beside it, into this folder. */
export async function buildStandalone(target: Target, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const executable = target.os === 'win32' ? 'credbridge.exe' : 'credbridge'
  const inputs = compile(target, join(folder, executable))
  chmodSync(join(folder, executable), 0o755)
  if (target.os !== 'win32') {
    for (const command of commands) if (command !== executable) symlinkSync(executable, join(folder, command))
  }
  copyFileSync(addonFor(target).file, join(folder, 'keyring.node'))
  chmodSync(join(folder, 'keyring.node'), 0o644)
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  const addon = packageIn(addonFor(target).folder)
  const packages = [...bundledPackages(inputs), addon, runtimeNotice()]
  writeFileSync(join(folder, 'THIRD-PARTY.txt'), thirdPartyNotices('credbridge', packages))
  await ship(folder)
}

const { values } = parseArgs({ options: { target: { type: 'string' } } })
const target = targetNamed(values.target)
const folder = values.target === undefined ? 'standalone' : `standalone-${target.name}`
await buildStandalone(target, join(root, 'build', folder))
