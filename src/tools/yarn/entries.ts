import type { Credential } from '../../core/credential.ts'
import { type YamlEntry, yamlEntries } from '../guard/yaml.ts'
import { changed, nearest, type Spelling, spelled } from '../npm/edits.ts'
import type { Machine, PlainSecret } from '../tool.ts'

/*
 * Removes an entry from a .yarnrc.yml and puts it back. Yarn refuses a key without members, so parent keys are removed
 * with their last entry and put back with the first.
 */

/** A line on the way to an entry, from the outside in. In the last one a NUL replaces the secret. */
interface Step {
  readonly path: readonly string[]
  readonly at: number
  readonly was: string
}

/** `undefined` if the line does not contain the secret in this form. */
export function secretInEntry(
  machine: Machine,
  file: string,
  entry: YamlEntry,
  spelling: Spelling,
  credential: Credential,
): PlainSecret | undefined {
  const content = machine.files.read(file) ?? ''
  const lines = content.split('\n')
  const above = entriesIn(content).filter(
    ({ path }) => path.length < entry.path.length && path.every((key, depth) => entry.path[depth] === key),
  )
  const was = lines[entry.line] ?? ''
  const text = spelled(spelling, credential)
  const at = text === '' ? -1 : was.lastIndexOf(text)
  if (!entry.isAlone || at < 0 || was.includes('\0')) return undefined
  const steps = [...above, entry].map(({ path, line }): Step => ({ path, at: line, was: lines[line] ?? '' }))
  const hidden = `${was.slice(0, at)}\0${was.slice(at + text.length)}`
  const trace = steps.map((step) => (step.at === entry.line ? { ...step, was: hidden } : step))
  return {
    where: `${file}, line ${entry.line + 1}`,
    credential,
    takeOut: () => takeOut(machine, file, steps),
    trace: { file, spelling, steps: JSON.stringify(trace) },
  }
}

function entriesIn(text: string): readonly YamlEntry[] {
  return yamlEntries(text) ?? []
}

function takeOut(machine: Machine, file: string, steps: readonly Step[]): void {
  let lines = (machine.files.read(file) ?? '').split('\n')
  for (const [depth, step] of [...steps].reverse().entries()) {
    const hasMore = entriesIn(lines.join('\n')).some(
      ({ path }) => path.length > step.path.length && isUnder(path, step),
    )
    if (depth > 0 && hasMore) break
    const index = nearest(lines, step.was, step.at)
    if (index < 0 && depth === 0) throw changed(file)
    lines = lines.filter((_, at) => at !== index)
  }
  machine.files.write(file, lines.join('\n'))
}

function isUnder(path: readonly string[], step: Step): boolean {
  return step.path.every((key, depth) => path[depth] === key)
}

/** Puts back what `secretInEntry` found: each line at its former position, but within the entry that it belongs to. */
export function putBackEntry(machine: Machine, trace: Readonly<Record<string, string>>, credential: Credential): void {
  const { file = '', spelling = 'plain', steps = '[]' } = trace
  const lines = (machine.files.read(file) ?? '').split('\n')
  let [from, to] = [0, Math.max(lines.length - 1, 0)]
  for (const step of JSON.parse(steps) as Step[]) {
    const entries = entriesIn(lines.join('\n'))
    const there = entries.find(({ path }) => path.length === step.path.length && isUnder(path, step))
    const at = there?.line ?? Math.min(Math.max(step.at, from), to)
    if (there === undefined) {
      lines.splice(
        at,
        0,
        step.was.replace('\0', () => spelled(spelling as Spelling, credential)),
      )
    }
    from = at + 1
    const after = entriesIn(lines.join('\n')).find(({ path, line }) => line > at && !isUnder(path, step))
    to = after?.line ?? Math.max(lines.length - 1, from)
  }
  machine.files.write(file, lines.join('\n'))
}
