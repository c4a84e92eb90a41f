import { join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { blockIn, withBlock, withoutBlock } from '../block.ts'
import type { Machine } from '../tool.ts'
import { command } from './names.ts'

/*
 * The user's own .bazelrc: https://bazel.build/run/bazelrc. Words are split at blanks; a backslash keeps the next
 * character, and a number sign begins a comment. Of helpers for the same hosts the last one counts.
 */

const option = '--credential_helper='

export function bazelrcOf({ home }: Machine): string {
  return join(home, '.bazelrc')
}

/** The text in which these lines of ours stand at the end. `refused` if the last line would join them. */
export function withLines(text: string, lines: readonly string[]): string {
  const before = withoutBlock(text)
  if (/\\\r?\n?$/.test(before)) {
    throw new Failure('refused', '.bazelrc ends with a backslash, which would join further lines to that one', {
      hints: [hint`remove it first`],
    })
  }
  const count = before.split('\n').length
  return withBlock(before, before === '' || before.endsWith('\n') ? count - 1 : count, lines, () => false)
}

/** The lines that name this program for these hosts, or for all if there are none. */
export function linesFor(program: string, hosts: readonly string[]): readonly string[] {
  if (program.includes('=') || program.includes('%') || /[\r\n]/.test(program)) {
    throw new Failure('refused', `.bazelrc cannot name a program in such a place: ${program}`)
  }
  const scopes = hosts.length === 0 ? [''] : hosts.map((host) => `${scopeOf(host)}=`)
  return scopes.map((scope) => `common ${option}${scope}${escaped(program)}`)
}

/** The hosts in our lines; `undefined` if there are none of ours. */
export function ourHosts(text: string): readonly string[] | undefined {
  const lines = blockIn(text)?.filter((line) => line.startsWith(`common ${option}`))
  return lines?.flatMap((line) => {
    const value = line.slice(`common ${option}`.length)
    const end = value.indexOf('=')
    return end < 0 ? [] : [value.slice(0, end)]
  })
}

/** The values of the option that others set, in the same file. */
export function otherHelpers(text: string): readonly string[] {
  return withoutBlock(text)
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.split(/\s+/))
    .flatMap((word) => /^--(?:experimental_)?credential_helper=(.+)$/.exec(word)?.[1] ?? [])
    .filter((value) => !value.includes(command))
}

/** What Bazel takes for the hosts of a helper: a host, or `*.` and a domain. */
function scopeOf(host: string): string {
  const name = host.toLowerCase()
  if (/^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name)) return name
  throw new Failure('malformed', 'a host is a name without scheme, port and path, or *. and a domain')
}

function escaped(path: string): string {
  return path.replaceAll('\\', '/').replace(/[^A-Za-z0-9_./:@+,-]/g, (character) => `\\${character}`)
}
