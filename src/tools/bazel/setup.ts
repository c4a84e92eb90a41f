import { hint } from '../../core/hint.ts'
import { withoutBlock } from '../block.ts'
import { installedCommand, notInstalled, skippedAsAbsent } from '../installed.ts'
import { netrc } from '../python/setup/overruled.ts'
import type { Change, DoctorLine, Machine, Plan, Setup, SetupOptions } from '../tool.ts'
import { bazelrcOf, linesFor, otherHelpers, ourHosts, withLines } from './bazelrc.ts'
import { command } from './names.ts'
import { proveBazel } from './prove.ts'

/** Adds one line for each host, or one for all, to the user's own .bazelrc. */
export const bazelSetup: Setup = {
  async plan(machine, options): Promise<Plan> {
    if (!isInstalled(machine)) throw notInstalled('Bazel')
    const text = machine.files.read(bazelrcOf(machine)) ?? ''
    const hosts = hostsIn(options) ?? ourHosts(text) ?? []
    const lines = linesFor(installedCommand(machine, command), hosts)
    const after = withLines(text, lines)
    const says = lines.map((line) => `${bazelrcOf(machine)} says ${line}`).join('; ')
    const apply = () => machine.files.write(bazelrcOf(machine), after)
    return { changes: after === text ? [] : [{ says, apply }], remarks: remarksOn(machine, text, hosts) }
  },

  async undo(machine): Promise<Plan> {
    const file = bazelrcOf(machine)
    const text = machine.files.read(file) ?? ''
    return { changes: ourHosts(text) === undefined ? [] : [removing(machine, file, text)], remarks: [] }
  },

  prove: (machine, whileKept) => proveBazel(machine, whileKept),

  async check(machine): Promise<readonly DoctorLine[]> {
    const text = machine.files.read(bazelrcOf(machine)) ?? ''
    const hosts = ourHosts(text)
    const fix = hint`credbridge setup bazel`
    if (hosts === undefined && !isInstalled(machine)) return skippedAsAbsent('Bazel')
    if (hosts === undefined) return [{ state: 'note', says: 'Bazel does not ask credbridge', fix }]
    if (withLines(text, linesFor(installedCommand(machine, command), hosts)) !== text) {
      return [{ state: 'wrong', says: 'Bazel asks another installation of credbridge', fix }]
    }
    return [
      {
        state: 'ok',
        says: hosts.length === 0 ? 'Bazel asks credbridge' : `Bazel asks credbridge for ${hosts.join(', ')}`,
      },
    ]
  },
}

function removing(machine: Machine, file: string, text: string): Change {
  const after = withoutBlock(text)
  return {
    says: `${file} no longer names credbridge`,
    apply: () => (after === '' ? machine.files.remove(file) : machine.files.write(file, after)),
  }
}

function isInstalled(machine: Machine): boolean {
  return ['bazel', 'bazelisk'].some((name) => machine.program(name) !== undefined)
}

function hostsIn({ host }: SetupOptions): readonly string[] | undefined {
  return Array.isArray(host) ? host : undefined
}

function remarksOn(machine: Machine, text: string, hosts: readonly string[]): readonly string[] {
  const others = otherHelpers(text).map((value) => `Bazel asks another helper, too: ${value}`)
  if (hosts.length > 0 || netrc(machine).length === 0) return others
  return [...others, 'Bazel reads no .netrc where it asks a helper, which is everywhere without --host']
}
