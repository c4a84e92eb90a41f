import type { DoctorLine } from '../core/doctor-line.ts'
import type { Machine } from '../system/machine.ts'
import type { Tool } from '../tools/tool.ts'

/** Whether a tool is told to ask credbridge, be it well or wrongly. */
export async function isSetUp(machine: Machine, { setup }: Tool): Promise<boolean> {
  return setup !== undefined && asks(await (await setup()).check(machine).catch(() => []))
}

/** The same, from what its setup has found. */
export function asks(lines: readonly DoctorLine[]): boolean {
  return lines.some(({ state }) => state === 'ok' || state === 'wrong')
}
