import { join } from 'node:path'
import { type Address, parseAddress } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { shellWord } from '../../core/hint.ts'
import { installedCommand } from '../installed.ts'
import { type Line, npmrcLines } from '../npm/npmrc.ts'
import type { LauncherMachine, Machine } from '../tool.ts'
import { authFile, userFile } from './places.ts'

/*
 * pnpm passes no arguments to its helper and allows none in its configuration. So each registry needs its own program:
 * a script of a few lines that passes the registry to our command, and unsets Node options that a project may have set.
 * pnpm up to 10 passes the path to a shell unquoted; later versions split it at white space and refuse some characters.
 * So the folder must have a plain name.
 */

export const command = 'credbridge-pnpm'

/** The path of a registry's program. */
export function helperFile(machine: LauncherMachine, registry: Address): string {
  return join(helperFolder(machine), fileName(registry))
}

export function helperText(machine: Machine, { key }: Address): string {
  const path = installedCommand(machine, command)
  return `#!/bin/sh\n# Made by: credbridge setup pnpm\nunset NODE_OPTIONS\nexec ${shellWord(path)} ${shellWord(key)}\n`
}

/** One of our lines in the user's own configuration. */
export interface Helper {
  /** The configuration file that contains the line. */
  readonly config: string
  readonly line: Line
  readonly file: string
  readonly registry: Address
}

export function helpersIn(machine: LauncherMachine): readonly Helper[] {
  return [authFile(machine), userFile(machine)].flatMap((config) => helpersInFile(machine, config))
}

function helpersInFile(machine: LauncherMachine, config: string): readonly Helper[] {
  return npmrcLines(machine.files.read(config) ?? '').flatMap((line): Helper[] => {
    const { key = '', value = '' } = line.setting ?? {}
    const folder = helperFolder(machine)
    if (!key.endsWith(':tokenHelper') || !value.startsWith(`${folder}/`)) return []
    const registry = registryIn(value.slice(folder.length + 1))
    return registry === undefined ? [] : [{ config, line, file: value, registry }]
  })
}

function helperFolder({ home, folders: places }: LauncherMachine): string {
  const folders = [join(places.data, 'pnpm'), join(home, '.credbridge', 'pnpm')]
  const plain = folders.find((folder) => /^[A-Za-z0-9_./@:+,=-]+$/.test(folder))
  if (plain !== undefined) return plain
  throw new Failure('unsupported', 'pnpm accepts no helper whose path has special characters')
}

/** A file name for each registry, and the registry for the name. */
function fileName({ key }: Address): string {
  return key.replace(/[^A-Za-z0-9.-]/g, (character) => `_${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

function registryIn(name: string): Address | undefined {
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return undefined
  try {
    return parseAddress(
      name.replace(/_([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    )
  } catch {
    return undefined
  }
}
