import { Failure } from '../core/failure.ts'
import { type Hint, hint } from '../core/hint.ts'
import type { DoctorLine, Machine } from './tool.ts'

/** The absolute path of one of our commands, for a configuration that needs no PATH. `unavailable` if it cannot be run. */
export function installedCommand(machine: Machine, command: string): string {
  const path = machine.ownCommand(command)
  if (path !== undefined) return path
  throw new Failure('unavailable', `${command} is not installed or cannot be run`, {
    hints: [hint`install credbridge`],
  })
}

/** Whether only a shell of Windows starts it. npm's shims are such files. */
export function isBatchFile(program: string): boolean {
  return /\.(cmd|bat)$/i.test(program)
}

/** The path of a tool's program on PATH. `unavailable` if it is not installed. */
export function installedProgram(machine: Machine, program: string, title: string = program): string {
  const path = machine.program(program)
  if (path === undefined) throw notInstalled(title)
  return path
}

/** The failure of a setup whose tool is not installed. */
export function notInstalled(title: string, ...others: readonly Hint[]): Failure {
  return new Failure('unavailable', `${title} is not installed`, { hints: [hint`install ${title} first`, ...others] })
}

/** The failure of a setup whose tool is a batch file on Windows. */
export function startedByShell(title: string): Failure {
  return new Failure('unsupported', `${title} is a batch file on Windows, which cannot be started without a shell`, {
    hints: [hint`credbridge run --env NODE_AUTH_TOKEN=<registry> -- <program>`],
  })
}

/** What a check reports about a tool that is not installed. */
export function skippedAsAbsent(title: string): readonly DoctorLine[] {
  return [{ state: 'skipped', says: `${title} is not installed` }]
}
