import { join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { type Hint, hint } from '../../core/hint.ts'
import { type YamlEntry, yamlEntries } from '../guard/yaml.ts'
import { writeOrRemove } from '../npm/files.ts'
import type { Change, Finding, Setup, World } from '../tool.ts'
import { pluginFile, pluginText } from './plugin.ts'

/** Yarn 2 and later: our plugin, named in the user's own .yarnrc.yml. */
export const yarnSetup: Setup = {
  async plan(world) {
    const yarn = world.program('yarn')
    if (yarn === undefined)
      throw new Failure('unavailable', 'Yarn is not installed', { hints: [hint`install Yarn first`] })
    const text = pluginText(world)
    const path = pluginFile(world)
    const changes: Change[] = []
    if (world.files.read(path) !== text) {
      changes.push({ says: `yarn: the plugin ${path}`, apply: () => world.files.write(path, text) })
    }
    if (!isNamed(world)) {
      const file = homeFile(world)
      changes.push({ says: `yarn: ${file} names the plugin`, apply: () => world.files.write(file, withPlugin(world)) })
    }
    const remarks = ['a registry that wants you signed in for reading, too, needs npmAlwaysAuth: true in .yarnrc.yml']
    return { changes, remarks: changes.length === 0 ? [] : [...remarks, ...(await aboutYarn1(world, yarn))] }
  },

  async undo(world) {
    const [path, file] = [pluginFile(world), homeFile(world)]
    const changes: Change[] = []
    if (isNamed(world)) {
      const apply = () => writeOrRemove(world, file, withoutPlugin(world))
      changes.push({ says: `yarn: ${file} no longer names the plugin`, apply })
    }
    if (world.files.exists(path)) changes.push({ says: `yarn: remove ${path}`, apply: () => world.files.remove(path) })
    return { changes, remarks: [] }
  },

  async check(world): Promise<readonly Finding[]> {
    const fix = hint`credbridge setup yarn`
    if (!isNamed(world)) return [{ state: 'note', says: 'yarn does not ask credbridge', fix }]
    const current = world.files.read(pluginFile(world)) === pluginText(world)
    if (current) return [{ state: 'ok', says: 'yarn asks credbridge' }]
    return [{ state: 'wrong', says: `${pluginFile(world)} is not there or not this credbridge's`, fix }]
  },
}

/** Yarn 1 starts a project's own Yarn where there is one, so that it is there says little. */
async function aboutYarn1(world: World, yarn: string): Promise<readonly string[]> {
  const { stdout } = await world.run(yarn, ['--version'], { limit: 20_000 })
  const instead = 'credbridge run --env NPM_TOKEN=<registry> -- yarn …, and that variable in your own .npmrc'
  return stdout.startsWith('1.')
    ? [`Yarn 1, which is on PATH, has no plugins; where a project has no other: ${instead}`]
    : []
}

export function homeFile({ home }: World): string {
  return join(home, '.yarnrc.yml')
}

/** Whether the user's own file names our plugin. */
export function isNamed(world: World): boolean {
  return pluginEntries(world).some(({ value }) => value === pluginFile(world))
}

/** What the user's own file says. */
export function homeEntries(world: World): readonly YamlEntry[] {
  const file = homeFile(world)
  const entries = yamlEntries(world.files.read(file) ?? '')
  if (entries !== undefined) return entries
  throw new Failure('malformed', `${file} cannot be read as YAML`, { hints: [hint`mend it: yarn config shows where`] })
}

function pluginEntries(world: World): readonly YamlEntry[] {
  return homeEntries(world).filter(({ path }) => path[0] === 'plugins')
}

function withPlugin(world: World): string {
  const text = world.files.read(homeFile(world)) ?? ''
  const [head, first] = pluginEntries(world)
  const member = `- ${JSON.stringify(pluginFile(world))}`
  if (head === undefined) {
    const lines = `plugins:\n  ${member}\n`
    return /^(---|%)/.test(text) ? `${text}${text.endsWith('\n') ? '' : '\n'}${lines}` : `${lines}${text}`
  }
  const isBlock = first === undefined ? /^plugins:\s*(#.*)?$/.test(lineAt(text, head.line)) : isMember(text, first)
  if (!isBlock) throw asItIs(world, hint`add to it: ${member}`)
  const lines = text.split('\n')
  lines.splice(head.line + 1, 0, `${' '.repeat(first?.indent ?? 2)}${member}`)
  return lines.join('\n')
}

function withoutPlugin(world: World): string {
  const text = world.files.read(homeFile(world)) ?? ''
  const entries = pluginEntries(world)
  const mine = entries.filter(({ value }) => value === pluginFile(world))
  if (!mine.every((entry) => isMember(text, entry))) throw asItIs(world, hint`take out of it: ${pluginFile(world)}`)
  const gone = mine.map(({ line }) => line)
  const isLast = entries.every(({ path, line }) => path.length === 1 || gone.includes(line))
  const head = isLast ? entries.filter(({ path }) => path.length === 1).map(({ line }) => line) : []
  return text
    .split('\n')
    .filter((_, at) => !gone.includes(at) && !head.includes(at))
    .join('\n')
}

/** Whether it is a member of a list on a line of its own. */
function isMember(text: string, { path, line }: YamlEntry): boolean {
  return path.length === 2 && lineAt(text, line).trimStart().startsWith('- ')
}

function asItIs(world: World, mends: Hint): Failure {
  return new Failure(
    'unsupported',
    `the list of plugins in ${homeFile(world)} is written in a way that stays as it is`,
    {
      hints: [mends],
    },
  )
}

function lineAt(text: string, at: number): string {
  return text.split('\n')[at] ?? ''
}
