import { Failure } from '../../core/failure.ts'
import type { Machine } from '../tool.ts'
import type { Prompt } from './prompt.ts'

/** The program that started this process. */
export interface CallingProgram {
  readonly id: number
  /** When it was started, in the system's own words: process IDs are used again. */
  readonly started: string
  /** The name of its file. */
  readonly name: string
  /** An absolute path by which the same program can be run. */
  readonly path: string
}

/**
 * `refused` if a server may have worded the prompt, or if ssh repeats it because the answer was wrong. Before version
 * 8.5 ssh showed a server's prompts as they came, so that one could look like any other; since then it puts
 * `(user@host) ` before them. ssh-add talks to no server.
 */
export async function refuseDoubtful(
  program: Prompt['of'],
  text: string,
  caller: CallingProgram | undefined,
  machine: Pick<Machine, 'run' | 'files' | 'folders'>,
): Promise<void> {
  const isSsh = caller?.name.startsWith('ssh') === true
  if (program === 'git') {
    if (isSsh) throw worded()
    return
  }
  if (!isSsh || !(caller.name === 'ssh-add' || (await marksPrompts(caller, machine)))) throw worded()
  const { askedBefore } = await import('./asked-before.ts')
  if (askedBefore(machine, caller, text)) throw new Failure('refused', 'ssh asks again, after an answer that was wrong')
}

function worded(): Failure {
  return new Failure('refused', 'a server may have worded this prompt')
}

async function marksPrompts({ path }: CallingProgram, { run }: Pick<Machine, 'run'>): Promise<boolean> {
  const { stdout, stderr } = await run(path, ['-V'], { limit: 2000 })
  const [, major, minor] = /^OpenSSH_(?:for_Windows_)?(\d+)\.(\d+)/.exec(stderr + stdout) ?? []
  return major !== undefined && (Number(major) > 8 || (Number(major) === 8 && Number(minor) >= 5))
}
