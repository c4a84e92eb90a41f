import { expect } from 'vitest'
import { treeOf } from './tree.ts'
import { type Answer, onTerminal, stopsAt } from './typing.ts'
import type { World } from './world.ts'

/** A question, and how it comes to be asked. */
export interface Asking {
  /** The file below `src` that asks. */
  readonly by: string
  /** What is asked, to its end. */
  readonly question: string
  /** What follows `credbridge`, or the client's command. */
  readonly words: readonly string[]
  readonly command?: string
  /** What is typed before. */
  readonly before?: readonly Answer[]
  /** Added to the environment. */
  readonly more?: Readonly<Record<string, string>>
  /** What clients expect where it is not 130. */
  readonly exitCode?: number
  /** What the terminal shows then, where the client is told in its own words. */
  readonly shows?: RegExp
  /** What stays changed: paths of the world that are not compared. */
  readonly changes?: RegExp
}

/** Presses Ctrl-C at the question. It must end the command, and leave everything as it was, the terminal included. */
export async function expectToStop(world: World, asked: Asking): Promise<void> {
  const { words, command = 'credbridge', question, before = [], more = {}, exitCode = 130, changes } = asked
  const { shows = /\r\ncredbridge: cancelled\r\n(hint: .*\r\n)*$/ } = asked
  const was = ours(world, changes)
  const ended = await world.run('python3', onTerminal([...before, stopsAt(question)], command, ...words), {
    more: { TYPIST_COLUMNS: '400', ...more },
  })
  expect(ended).toMatchObject({
    stdout: expect.stringMatching(shows),
    exitCode,
  })
  expect(ours(world, changes)).toEqual(was)
}

/** Everything of the world, but for folders of locks, and what the clients that are asked write about themselves. */
function ours({ session }: World, changes = /^$/): Readonly<Record<string, string>> {
  const all = Object.entries(treeOf(session.folder))
  const others = /^(home\/\.npm|config\/go|tmp\/node-compile-cache)(\/|$)|\/locks$/
  return Object.fromEntries(all.filter(([path]) => !others.test(path) && !changes.test(path)))
}

/** The words of `unshare` that run a command where the system does not tell of processes and connections, as on macOS. */
export function withoutProc(...command: readonly string[]): readonly string[] {
  return ['--mount', 'sh', '-ec', 'mount -t tmpfs none /proc\nexec "$@"', 'sh', ...command]
}
