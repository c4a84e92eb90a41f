import type { Owner } from '../core/credential.ts'
import type { DoctorLine } from '../core/doctor-line.ts'
import type { Machine } from '../system/machine.ts'
import type { Tool } from '../tools/tool.ts'

/** Whether a tool is configured to ask credbridge, correctly or not. */
export async function isSetUp(machine: Machine, tool: Tool): Promise<boolean> {
  return asks(await linesOf(machine, tool))
}

/** The same, from the lines of its check. */
export function asks(lines: readonly DoctorLine[]): boolean {
  return lines.some(({ state }) => state === 'ok' || state === 'wrong')
}

/** Whether the tool reaches credbridge now, for at least some endpoints. */
export async function reachesUs(machine: Machine, tool: Tool): Promise<boolean> {
  return (await linesOf(machine, tool)).some(({ state }) => state === 'ok')
}

/** Whether the tool is configured to ask credbridge without faults. True for a tool that needs no setup. */
export async function asksWell(machine: Machine, name: Owner, tools: readonly Tool[]): Promise<boolean> {
  const tool = tools.find((one) => one.name === name)
  if (tool?.setup === undefined) return true
  const states = (await linesOf(machine, tool)).map(({ state }) => state)
  return states.includes('ok') && !states.includes('wrong')
}

/** Whether the tool is not installed here. */
export async function isAbsent(machine: Machine, tool: Tool): Promise<boolean> {
  return isAbsentBy(await linesOf(machine, tool))
}

/** The same, from the lines of its check. */
export function isAbsentBy(lines: readonly DoctorLine[]): boolean {
  return lines.length > 0 && lines.every(({ state }) => state === 'skipped')
}

/** Whether the tool asks credbridge, does not, or is not installed here. One without a setup asks. */
export async function stateHere(machine: Machine, tool: Tool): Promise<'asks' | 'silent' | 'absent'> {
  if (tool.setup === undefined) return 'asks'
  const lines = await linesOf(machine, tool)
  if (isAbsentBy(lines)) return 'absent'
  return asks(lines) ? 'asks' : 'silent'
}

async function linesOf(machine: Machine, { setup }: Tool): Promise<readonly DoctorLine[]> {
  return setup === undefined ? [] : (await setup()).check(machine).catch(() => [])
}
