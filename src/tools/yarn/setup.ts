import { join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { type Hint, hint } from '../../core/hint.ts'
import { type YamlEntry, yamlEntries } from '../guard/yaml.ts'
import { installedProgram, skippedAsAbsent } from '../installed.ts'
import { writeOrRemove } from '../npm/files.ts'
import type { Change, DoctorLine, LauncherMachine, Machine, Setup } from '../tool.ts'
import { pluginFile, pluginText } from './plugin.ts'

/** Yarn 2 and later: our plugin, named in the user's own .yarnrc.yml. */
export const yarnSetup: Setup = {
  async plan(machine) {
    const yarn = installedProgram(machine, 'yarn', 'Yarn')
    const text = pluginText(machine)
    const path = pluginFile(machine)
    const changes: Change[] = []
    if (machine.files.read(path) !== text) {
      changes.push({ says: `yarn: the plugin ${path}`, apply: () => machine.files.write(path, text) })
    }
    if (!isNamed(machine)) {
      const file = homeFile(machine)
      changes.push({
        says: `yarn: ${file} names the plugin`,
        apply: () => machine.files.write(file, withPlugin(machine)),
      })
    }
    const remarks = ['a registry that wants you signed in for reading, too, needs npmAlwaysAuth: true in .yarnrc.yml']
    return { changes, remarks: changes.length === 0 ? [] : [...remarks, ...(await aboutYarn1(machine, yarn))] }
  },

  async undo(machine) {
    const [path, file] = [pluginFile(machine), homeFile(machine)]
    const changes: Change[] = []
    if (isNamed(machine)) {
      const apply = () => writeOrRemove(machine, file, withoutPlugin(machine))
      changes.push({ says: `yarn: ${file} no longer names the plugin`, apply })
    }
    if (machine.files.exists(path))
      changes.push({ says: `yarn: remove ${path}`, apply: () => machine.files.remove(path) })
    return { changes, remarks: [] }
  },

  async check(machine): Promise<readonly DoctorLine[]> {
    const fix = hint`credbridge setup yarn`
    const isAbsent = !isNamed(machine) && machine.program('yarn') === undefined
    if (isAbsent) return skippedAsAbsent('Yarn')
    if (!isNamed(machine)) return [{ state: 'note', says: 'yarn does not ask credbridge', fix }]
    const current = machine.files.read(pluginFile(machine)) === pluginText(machine)
    if (current) return [{ state: 'ok', says: 'yarn asks credbridge' }]
    return [
      {
        state: 'wrong',
        says: `${pluginFile(machine)} is missing or was not written by this installation of credbridge`,
        fix,
      },
    ]
  },
}

/** Yarn 1 runs a project's own Yarn if there is one, so its presence does not show that it will be used. */
async function aboutYarn1(machine: Machine, yarn: string): Promise<readonly string[]> {
  const { stdout } = await machine.run(yarn, ['--version'], { limit: 20_000 })
  const instead = 'credbridge run --env NPM_TOKEN=<registry> -- yarn …, and that variable in your own .npmrc'
  return stdout.startsWith('1.')
    ? [`Yarn 1, which is on PATH, has no plugins; where a project has no other: ${instead}`]
    : []
}

export function homeFile({ home }: LauncherMachine): string {
  return join(home, '.yarnrc.yml')
}

/** Whether the user's own file names our plugin. */
export function isNamed(machine: LauncherMachine): boolean {
  return pluginEntries(machine).some(({ value }) => value === pluginFile(machine))
}

/** The settings of the user's own file. */
export function homeEntries(machine: LauncherMachine): readonly YamlEntry[] {
  const file = homeFile(machine)
  const entries = yamlEntries(machine.files.read(file) ?? '')
  if (entries !== undefined) return entries
  throw new Failure('malformed', `${file} cannot be read as YAML`, { hints: [hint`fix it: yarn config shows where`] })
}

function pluginEntries(machine: LauncherMachine): readonly YamlEntry[] {
  return homeEntries(machine).filter(({ path }) => path[0] === 'plugins')
}

function withPlugin(machine: Machine): string {
  const text = machine.files.read(homeFile(machine)) ?? ''
  const [head, first] = pluginEntries(machine)
  const member = `- ${JSON.stringify(pluginFile(machine))}`
  if (head === undefined) {
    const lines = `plugins:\n  ${member}\n`
    return /^(---|%)/.test(text) ? `${text}${text.endsWith('\n') ? '' : '\n'}${lines}` : `${lines}${text}`
  }
  const isBlock = first === undefined ? /^plugins:\s*(#.*)?$/.test(lineAt(text, head.line)) : isMember(text, first)
  if (!isBlock) throw asItIs(machine, hint`add to it: ${pluginFile(machine)}`)
  const lines = text.split('\n')
  lines.splice(head.line + 1, 0, `${' '.repeat(first?.indent ?? 2)}${member}`)
  return lines.join('\n')
}

function withoutPlugin(machine: Machine): string {
  const text = machine.files.read(homeFile(machine)) ?? ''
  const entries = pluginEntries(machine)
  const mine = entries.filter(({ value }) => value === pluginFile(machine))
  if (!mine.every((entry) => isMember(text, entry))) throw asItIs(machine, hint`remove from it: ${pluginFile(machine)}`)
  const gone = mine.map(({ line }) => line)
  const isLast = entries.every(({ path, line }) => path.length === 1 || gone.includes(line))
  const head = isLast ? entries.filter(({ path }) => path.length === 1).map(({ line }) => line) : []
  return text
    .split('\n')
    .filter((_, at) => !gone.includes(at) && !head.includes(at))
    .join('\n')
}

/** Whether it is a list's member on a line of its own. */
function isMember(text: string, { path, line }: YamlEntry): boolean {
  return path.length === 2 && lineAt(text, line).trimStart().startsWith('- ')
}

function asItIs(machine: Machine, mends: Hint): Failure {
  return new Failure(
    'unsupported',
    `the list of plugins in ${homeFile(machine)} is written in a way that stays as it is`,
    {
      hints: [mends],
    },
  )
}

function lineAt(text: string, at: number): string {
  return text.split('\n')[at] ?? ''
}
