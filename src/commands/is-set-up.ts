import type { Owner } from '../core/credential.ts'
import type { DoctorLine } from '../core/doctor-line.ts'
import type { Machine } from '../system/machine.ts'
import type { Tool } from '../tools/tool.ts'

/** Whether a tool is told to ask credbridge, be it well or wrongly. */
export async function isSetUp(machine: Machine, tool: Tool): Promise<boolean> {
  return asks(await linesOf(machine, tool))
}

/** The same, from what its setup has found. */
export function asks(lines: readonly DoctorLine[]): boolean {
  return lines.some(({ state }) => state === 'ok' || state === 'wrong')
}

/** Whether the tool of this name asks credbridge, and nothing is wrong with that. One that has no setup needs none. */
export async function asksWell(machine: Machine, name: Owner, tools: readonly Tool[]): Promise<boolean> {
  const tool = tools.find((one) => one.name === name)
  if (tool?.setup === undefined) return true
  const states = (await linesOf(machine, tool)).map(({ state }) => state)
  return states.includes('ok') && !states.includes('wrong')
}

async function linesOf(machine: Machine, { setup }: Tool): Promise<readonly DoctorLine[]> {
  return setup === undefined ? [] : (await setup()).check(machine).catch(() => [])
}
