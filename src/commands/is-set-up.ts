import type { Owner } from '../core/credential.ts'
import { type DoctorLine, doctorLineOf } from '../core/doctor-line.ts'
import { hint } from '../core/hint.ts'
import type { Machine } from '../system/machine.ts'
import type { NotAsking, Tool } from '../tools/tool.ts'

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

/** Why the tool does not ask credbridge, or what is wrong with that. `undefined` if all is well, or it needs no setup. */
export async function faultOf(machine: Machine, name: Owner, tools: readonly Tool[]): Promise<NotAsking | undefined> {
  const tool = tools.find((one) => one.name === name)
  if (tool?.setup === undefined) return undefined
  const lines = await linesOf(machine, tool)
  const wrong = await workingFix(
    machine,
    tool,
    lines.find(({ state }) => state === 'wrong'),
  )
  if (wrong !== undefined) return { why: wrong.says, setup: wrong.fix ?? hint`credbridge doctor`, isFault: true }
  if (asks(lines)) return undefined
  const fix = hint`credbridge setup ${name}`
  const silent = await workingFix(machine, tool, {
    state: 'note',
    says: `${name} does not ask credbridge`,
    fix,
  } as const)
  return { why: silent.says, setup: silent.fix }
}

/** The line with a fix that works: where setup would refuse, the command that setup then names. */
export async function workingFix<Line extends DoctorLine | undefined>(
  machine: Machine,
  { name, setup }: Tool,
  line: Line,
): Promise<Line> {
  if (line?.fix !== hint`credbridge setup ${name}` || setup === undefined) return line
  try {
    await (await setup()).plan(machine, { import: false })
    return line
  } catch (error) {
    const { fix } = doctorLineOf(error)
    return fix === undefined ? line : { ...line, fix }
  }
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
