import { join } from 'node:path'
import { type Splice, spliceBetween, spliceUndone } from '../docker/splice.ts'
import { membersAt, valueAt, withoutValue, withValue } from '../json-text.ts'
import { readIni, withoutOption } from '../python/plain/ini.ts'
import type { Change, Machine } from '../tool.ts'
import { processOption } from './credential-process.ts'
import type { ProfileSection } from './profiles.ts'

/** `aws configure` cannot remove a setting. So setup records what it changed, and undo restores every byte. */

/**
 * Records the effect of setting the option, for undo. `before`: the file's text; `undefined`: there was no file. If aws
 * replaced any text of the file, as it does with Windows' line ends, nothing is recorded, because the text may contain
 * keys.
 */
export function rememberSetting(machine: Machine, file: string, profile: string, before: string | undefined): void {
  const change = spliceBetween(before ?? '', machine.files.read(file) ?? '')
  if (change.was.trim() !== '') return
  const known = before === undefined ? { noFile: true } : {}
  machine.files.write(memoryFile(machine), withValue(memory(machine), [file, profile], { ...known, ...change }))
}

/** Removes the option. Restores what was there before, unless the text around it has changed since. */
export function removingProcess(machine: Machine, file: string, { section, profile }: ProfileSection): Change {
  return {
    says: `${file}: profile ${profile} no longer asks credbridge`,
    apply() {
      const text = machine.files.read(file) ?? ''
      const path = [file, profile] as const
      const change = remembered(machine, path)
      const exact = change && restored(text, section, change)
      if (exact === '' && change?.noFile === true) machine.files.remove(file)
      else machine.files.write(file, exact ?? withoutOption(text, section, processOption))
      if (change !== undefined) forget(machine, path)
    },
  }
}

/** Removes the record, and the file with the last one. */
function forget(machine: Machine, [file, profile]: readonly [string, string]): void {
  const rest = withoutValue(memory(machine), [file, profile])
  const left = membersAt(rest, [file]).length === 0 ? withoutValue(rest, [file]) : rest
  if (membersAt(left, []).length === 0) machine.files.remove(memoryFile(machine))
  else machine.files.write(memoryFile(machine), left)
}

interface Setting extends Splice {
  readonly noFile: boolean
}

/** The text before the option was set; `undefined` if anything but the option and its section would change. */
function restored(text: string, section: string, change: Setting): string | undefined {
  const before = spliceUndone(text, change)
  const others = (of: string) =>
    readIni(of)
      .filter((one) => one.section !== section || one.name !== processOption)
      .map(({ section, name, value }) => [section, name, value])
  if (before === undefined || JSON.stringify(others(before)) !== JSON.stringify(others(text))) return undefined
  return readIni(before).some((one) => one.section === section && one.name === processOption) ? undefined : before
}

function memoryFile({ folders }: Machine): string {
  return join(folders.state, 'aws-profiles.json')
}

function memory(machine: Machine): string {
  return machine.files.read(memoryFile(machine)) ?? '{}\n'
}

function remembered(machine: Machine, path: readonly string[]): Setting | undefined {
  const text = memory(machine)
  const [was, became] = ['was', 'became'].map((name) => valueAt(text, [...path, name]))
  if (typeof was !== 'string' || typeof became !== 'string') return undefined
  return { was, became, noFile: valueAt(text, [...path, 'noFile']) === true }
}
